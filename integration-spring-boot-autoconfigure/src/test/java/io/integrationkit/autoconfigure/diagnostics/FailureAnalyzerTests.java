package io.integrationkit.autoconfigure.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcProperties;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.support.SpringFactoriesLoader;

class FailureAnalyzerTests {

    @Test
    void theAnalyzersAreRegistered() {
        assertThat(SpringFactoriesLoader.forDefaultResourceLocation()
                        .load(FailureAnalyzer.class, null, (type, name, ex) -> {}))
                .hasAtLeastOneElementOfType(InvalidOperationFailureAnalyzer.class)
                .hasAtLeastOneElementOfType(ProblemFailureAnalyzer.class)
                .hasAtLeastOneElementOfType(UnknownPropertyFailureAnalyzer.class);
    }

    @Test
    void aMisspeltKeyIsAnsweredWithTheKeyThatWasMeant() {
        FailureAnalysis analysis = analyze("integration.jdbc.initialise-schema=always");
        assertThat(analysis).isNotNull();
        assertThat(analysis.getDescription()).contains("INT-114", "'integration.jdbc.initialise-schema'");
        assertThat(analysis.getAction()).contains("Did you mean 'integration.jdbc.initialize-schema'");
    }

    @Test
    void aKeyThatResemblesNothingIsToBeRemoved() {
        FailureAnalysis analysis = analyze("integration.jdbc.xylophone-orchestra-setting=9");
        assertThat(analysis).isNotNull();
        assertThat(analysis.getAction()).contains("Remove 'integration.jdbc.xylophone-orchestra-setting'");
    }

    @Test
    void aWrongOperationIsExplainedWithItsAction() {
        FailureAnalysis analysis = new InvalidOperationFailureAnalyzer()
                .analyze(new IllegalStateException(
                        new InvalidOperationException(ProblemCode.METHOD_NOT_PROXYABLE, "it is final", "Remove it.")));
        assertThat(analysis).isNotNull();
        assertThat(analysis.getDescription()).isEqualTo("INT-101: it is final");
        assertThat(analysis.getAction()).isEqualTo("Remove it.");
    }

    @Test
    void anUnsupportedDatabaseIsAnsweredWithTheChoicesThereAre() {
        FailureAnalysis analysis = new ProblemFailureAnalyzer()
                .analyze(new IllegalStateException(new ProblemException(
                        ProblemCode.UNSUPPORTED_DATABASE, FailureCategory.PERMANENT, "'Derby' is not supported")));
        assertThat(analysis).isNotNull();
        assertThat(analysis.getAction()).contains("PostgreSQL", "integration.jdbc.enabled=false");
        assertThat(new ProblemFailureAnalyzer()
                        .analyze(new ProblemException(
                                ProblemCode.MESSAGE_TOO_LARGE, FailureCategory.VALIDATION, "not at start-up")))
                .isNull();
    }

    private static @Nullable FailureAnalysis analyze(String property) {
        @Nullable FailureAnalysis[] analysis = new FailureAnalysis[1];
        new ApplicationContextRunner()
                .withUserConfiguration(Jdbc.class)
                .withPropertyValues(property)
                .run((context) ->
                        analysis[0] = new UnknownPropertyFailureAnalyzer().analyze(context.getStartupFailure()));
        return analysis[0];
    }

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(IntegrationJdbcProperties.class)
    static class Jdbc {}
}
