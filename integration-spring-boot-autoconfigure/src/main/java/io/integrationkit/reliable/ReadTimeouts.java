package io.integrationkit.reliable;

import io.integrationkit.call.Finding;
import io.integrationkit.failure.ProblemCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What attempt timeouts and the read time-out of HTTP clients have to do with each other.
 *
 * @param known read time-out of the application's clients, or {@code null} if none is known
 * @param ours what the kit gives to clients without one, or {@code null} for nothing
 */
record ReadTimeouts(@Nullable Duration known, @Nullable Duration ours) {

    /** The longest time that an attempt of one of the policies may take, or {@code null} if one of them has no bound. */
    static @Nullable Duration longestAttempt(Collection<Policy> policies) {
        Duration longest = null;
        for (Policy policy : policies) {
            Duration bound = bound(policy);
            if (bound == null) {
                return null;
            }
            longest = (longest == null || bound.compareTo(longest) > 0) ? bound : longest;
        }
        return longest;
    }

    private static @Nullable Duration bound(Policy policy) {
        Duration attempt = policy.attemptTimeout();
        Duration deadline = policy.deadline();
        return (attempt == null || (deadline != null && deadline.compareTo(attempt) < 0)) ? deadline : attempt;
    }

    /** One finding for all operations that have the same trouble. */
    List<Finding> findings(Map<String, OperationPolicy> operations) {
        List<Finding> findings = new ArrayList<>();
        String open = names(operations, this::isOpen);
        if (!open.isEmpty()) {
            findings.add(new Finding(
                    ProblemCode.READ_TIMEOUT_MISSING,
                    "application",
                    ("%s, and an interrupt does not end a read from a socket: these may go on after their"
                                    + " attempt-timeout: %s; set spring.http.clients.read-timeout, or declare a"
                                    + " ClientTimeouts bean that says what your clients have")
                            .formatted(clients(), open)));
        }
        String cut = names(operations, this::isCutByOurs);
        if (!cut.isEmpty()) {
            findings.add(new Finding(
                    ProblemCode.SETTING_WITHOUT_EFFECT,
                    "application",
                    ("%s, which is the longest attempt-timeout of the configured policies and shorter than that of: %s;"
                                    + " set spring.http.clients.read-timeout")
                            .formatted(clients(), cut)));
        }
        return findings;
    }

    private boolean isOpen(Duration attempt) {
        return this.known == null || this.known.compareTo(attempt) > 0;
    }

    private boolean isCutByOurs(Duration attempt) {
        return this.known != null && this.known.equals(this.ours) && this.known.compareTo(attempt) < 0;
    }

    private String clients() {
        return (this.known == null)
                ? "no read time-out of HTTP clients is known"
                : "HTTP clients have a read time-out of " + Shown.of(this.known);
    }

    private static String names(Map<String, OperationPolicy> operations, Predicate<Duration> concerned) {
        Map<String, Duration> timeouts = new TreeMap<>();
        operations.forEach((operation, policy) -> {
            Duration attempt = policy.current().attemptTimeout();
            if (attempt != null && concerned.test(attempt)) {
                timeouts.put(operation, attempt);
            }
        });
        return timeouts.entrySet().stream()
                .map((entry) -> entry.getKey() + " (" + Shown.of(entry.getValue()) + ")")
                .collect(Collectors.joining(", "));
    }
}
