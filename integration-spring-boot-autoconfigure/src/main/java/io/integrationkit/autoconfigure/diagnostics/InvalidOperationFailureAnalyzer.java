package io.integrationkit.autoconfigure.diagnostics;

import io.integrationkit.call.InvalidOperationException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains annotated methods and settings that cannot work. */
class InvalidOperationFailureAnalyzer extends AbstractFailureAnalyzer<InvalidOperationException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidOperationException cause) {
        return new FailureAnalysis(cause.getMessage(), cause.action(), cause);
    }
}
