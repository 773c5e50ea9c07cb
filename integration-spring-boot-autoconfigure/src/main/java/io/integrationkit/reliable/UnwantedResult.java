package io.integrationkit.reliable;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Carries a result for which a reactive call is tried again through the operator that retries; seen by nobody else. */
final class UnwantedResult extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient @Nullable Object result;

    UnwantedResult(@Nullable Object result) {
        super(null, null, false, false);
        this.result = result;
    }

    @Nullable
    Object result() {
        return this.result;
    }

    Mono<Object> published() {
        return Mono.justOrEmpty(this.result);
    }
}
