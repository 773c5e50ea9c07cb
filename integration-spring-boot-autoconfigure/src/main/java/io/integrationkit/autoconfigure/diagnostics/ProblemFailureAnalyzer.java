package io.integrationkit.autoconfigure.diagnostics;

import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains a database that the stores cannot use. */
class ProblemFailureAnalyzer extends AbstractFailureAnalyzer<ProblemException> {

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, ProblemException cause) {
        if (cause.code() != ProblemCode.UNSUPPORTED_DATABASE) {
            return null;
        }
        return new FailureAnalysis(
                cause.getMessage(),
                "Let spring.datasource.url name a PostgreSQL or H2 that can be reached, or set integration.jdbc.enabled=false"
                        + " to keep state in memory.",
                cause);
    }
}
