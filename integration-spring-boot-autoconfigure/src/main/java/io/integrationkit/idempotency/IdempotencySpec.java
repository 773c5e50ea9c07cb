package io.integrationkit.idempotency;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.failure.ProblemCode;
import java.time.Duration;

/**
 * How long keys are held and remembered.
 *
 * @param ttl time for which a result is remembered
 * @param lease time after which a call that has neither ended nor renewed its lease counts as dead
 * @param maxLease longest time for which the lease of a call that goes on is renewed
 * @param maxWait longest time a call waits for another one with the same key; zero refuses at once
 */
public record IdempotencySpec(Duration ttl, Duration lease, Duration maxLease, Duration maxWait) {

    /**
     * Creates a specification.
     *
     * @throws InvalidOperationException if a value cannot work
     */
    public IdempotencySpec {
        requirePositive("ttl", ttl);
        requirePositive("lease", lease);
        if (maxLease.compareTo(lease) < 0) {
            throw invalid(
                    "max-lease",
                    maxLease,
                    "is shorter than integration.idempotency.lease=" + lease,
                    "Make it at least as long as the lease");
        }
        if (maxWait.isNegative()) {
            throw invalid("max-wait", maxWait, "is negative", "Set it to zero or more");
        }
        if (lease.compareTo(ttl) >= 0) {
            throw invalid(
                    "lease",
                    lease,
                    "is not shorter than integration.idempotency.ttl=" + ttl,
                    "Make the lease shorter, or the ttl longer");
        }
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw invalid(name, value, "is not positive", "Set it to a time such as 30s");
        }
    }

    private static InvalidOperationException invalid(String name, Duration value, String why, String action) {
        return new InvalidOperationException(
                ProblemCode.INVALID_SETTING,
                "integration.idempotency.%s=%s %s".formatted(name, value, why),
                action + ": integration.idempotency.%s, or the attribute of @Idempotent.".formatted(name));
    }
}
