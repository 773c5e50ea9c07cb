package org.springframework.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.Finding;
import io.integrationkit.call.LibraryClasses;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.testsupport.ManualTime;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** No application is taken for a library because of the name of its package. */
class ClinicTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    JacksonAutoConfiguration.class, CallAutoConfiguration.class, ReliableAutoConfiguration.class))
            .withBean(ManualTime.class)
            .withBean("clinic", Clinic.class);

    @Test
    void aClassBelowThePackageOfSpringHasOperationsAndTheirRecovery() {
        this.runner.run((context) -> {
            Clinic clinic = context.getBean(Clinic.class);
            assertThat(clinic.visit()).isEqualTo("later");
            assertThat(clinic.attempts()).isEqualTo(3);
        });
    }

    @Test
    void itsCallsOnItselfAreFound() {
        this.runner.run((context) -> assertThat(context.getBean(OperationRegistry.class)
                        .find("clinic.visit")
                        .findings())
                .extracting(Finding::code)
                .contains(ProblemCode.SELF_INVOCATION));
    }

    @Test
    void classesOfTheJdkAndOfSpringAreNotSearched() {
        assertThat(LibraryClasses.contains(String.class)).isTrue();
        assertThat(LibraryClasses.contains(ApplicationContextRunner.class)).isTrue();
        assertThat(LibraryClasses.contains(DefaultListableBeanFactory.class)).isTrue();
        assertThat(LibraryClasses.contains(Clinic.class)).isFalse();
    }
}
