package io.integrationkit.autoconfigure.verification;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.call.Finding;
import io.integrationkit.call.StateStore;
import io.integrationkit.verification.StartupReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class StartupReportTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class, VerificationAutoConfiguration.class));

    @Test
    void whatARestartLosesIsSaidInOneWarning(CapturedOutput output) {
        this.runner
                .withBean("a", StateStore.class, () -> new StateStore("outbox", "memory", false, "messages"))
                .withBean("b", StateStore.class, () -> new StateStore("inbox", "memory", false, "message ids"))
                .withBean("c", StateStore.class, () -> new StateStore("other", "h2", true, "entries"))
                .run((context) -> {
                    assertThat(context.getBean(StartupReport.class).findings())
                            .extracting(Finding::message)
                            .singleElement()
                            .asString()
                            .contains("messages, message ids.")
                            .doesNotContain("entries")
                            .contains("integration.jdbc.initialize-schema=always");
                    assertThat(output.getOut().split("INT-110", -1)).hasSize(2);
                });
    }

    @Test
    void stateThatSurvivesARestartIsNotMentioned(CapturedOutput output) {
        this.runner
                .withBean(StateStore.class, () -> new StateStore("outbox", "postgresql", true, "messages"))
                .run((context) -> {
                    assertThat(context.getBean(StartupReport.class).findings()).isEmpty();
                    assertThat(output.getOut()).doesNotContain("INT-110");
                });
    }
}
