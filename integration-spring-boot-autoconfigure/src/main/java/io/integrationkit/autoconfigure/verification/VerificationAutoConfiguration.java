package io.integrationkit.autoconfigure.verification;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.call.FindingContributor;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.StateStore;
import io.integrationkit.verification.StartupReport;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the start-up report. */
@AutoConfiguration(after = CallAutoConfiguration.class)
public final class VerificationAutoConfiguration {

    VerificationAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    StartupReport integrationStartupReport(
            OperationRegistry registry,
            ObjectProvider<StateStore> stores,
            ObjectProvider<FindingContributor> contributors) {
        return new StartupReport(
                registry,
                stores.orderedStream().toList(),
                contributors.orderedStream().toList());
    }
}
