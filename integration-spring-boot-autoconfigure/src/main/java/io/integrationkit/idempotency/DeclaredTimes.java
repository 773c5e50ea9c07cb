package io.integrationkit.idempotency;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.failure.ProblemCode;
import java.time.Duration;
import org.springframework.boot.convert.DurationStyle;

/** The times of one operation: those of its annotation over the defaults. */
record DeclaredTimes(Operation operation, Idempotent annotation, IdempotencySpec defaults) {

    IdempotencySpec spec() {
        Duration ttl = duration("ttl", this.annotation.ttl(), this.defaults.ttl());
        Duration lease = duration("lease", this.annotation.lease(), this.defaults.lease());
        try {
            return new IdempotencySpec(ttl, lease, longer(this.defaults.maxLease(), lease), this.defaults.maxWait());
        } catch (InvalidOperationException ex) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING,
                    "@Idempotent(ttl = \"%s\", lease = \"%s\") of %s cannot work with integration.idempotency.ttl=%s and lease=%s: the lease must be positive and shorter than the ttl"
                            .formatted(
                                    this.annotation.ttl(),
                                    this.annotation.lease(),
                                    this.operation,
                                    this.defaults.ttl(),
                                    this.defaults.lease()),
                    ex.action());
        }
    }

    private static Duration longer(Duration one, Duration other) {
        return (one.compareTo(other) > 0) ? one : other;
    }

    private Duration duration(String attribute, String text, Duration otherwise) {
        if (text.isBlank()) {
            return otherwise;
        }
        try {
            return DurationStyle.detectAndParse(text);
        } catch (IllegalArgumentException ex) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING,
                    "@Idempotent(%s = \"%s\") of %s is not a time".formatted(attribute, text, this.operation),
                    "Write it like 30s, 24h or PT24H.");
        }
    }
}
