package io.integrationkit.autoconfigure.reliable;

import io.integrationkit.reliable.PolicySettings;
import io.integrationkit.reliable.ReliableSettings;
import io.integrationkit.reliable.UnsafeRetry;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of reliable calls.
 *
 * @param defaults Settings of every policy that does not say otherwise.
 * @param policies Settings by name of the policy; the same keys as those of the defaults.
 * @param unsafeRetry What happens to operations that are retried and may do their work twice: retry, skip the retry
 *     after an unknown outcome, or refuse to start.
 */
@ConfigurationProperties(value = "integration.reliable", ignoreUnknownFields = false)
public record ReliableProperties(
        @NestedConfigurationProperty @Nullable PolicySettings defaults,
        @DefaultValue Map<String, PolicySettings> policies,
        @DefaultValue("retry") UnsafeRetry unsafeRetry) {

    ReliableSettings toSettings() {
        PolicySettings given = (this.defaults != null) ? this.defaults : PolicySettings.NONE;
        return new ReliableSettings(given, this.policies, this.unsafeRetry);
    }
}
