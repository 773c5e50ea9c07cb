package io.integrationkit.reliable;

import io.integrationkit.call.Finding;
import io.integrationkit.call.Setting;
import io.integrationkit.failure.InvalidSettingException;
import io.integrationkit.failure.ProblemCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a call can come to at most.
 *
 * @param attempts most attempts
 * @param duration longest time from beginning to end, waits included, provided that the work stops when it is asked to;
 *     {@code null} if nothing bounds it
 */
record WorstCase(int attempts, @Nullable Duration duration) {

    private static final String SOURCE = "computed";

    static WorstCase of(Policy policy) {
        RetrySpec retry = policy.retry();
        Duration attempt = policy.attemptTimeout();
        Duration longest = policy.deadline();
        if (attempt != null) {
            // A callee may ask for the longest wait each time, whatever the own back-off is.
            Duration waits = retry.maxDelay().multipliedBy(retry.maxAttempts() - 1L);
            longest = shorter(attempts(policy, attempt).plus(waits), longest);
            Duration elapsed = retry.maxElapsed();
            if (elapsed != null) {
                longest = shorter(elapsed.plus(own(policy)).plus(attempt), longest);
            }
        }
        boolean bounded = longest != null && longest.compareTo(InvalidSettingException.LONGEST) <= 0;
        return new WorstCase(retry.maxAttempts(), bounded ? longest : null);
    }

    List<Setting> settings() {
        return List.of(
                new Setting("worst-case.attempts", Integer.toString(this.attempts), SOURCE),
                new Setting(
                        "worst-case.duration",
                        (this.duration != null) ? Shown.of(this.duration) : "unbounded",
                        SOURCE));
    }

    /** Settings that work but do not do what they say beside others. */
    static List<Finding> findings(Policy policy) {
        List<Finding> findings = new ArrayList<>();
        Duration deadline = policy.deadline();
        Duration attempt = policy.attemptTimeout();
        if (deadline != null && attempt != null) {
            Duration planned = attempts(policy, attempt).plus(backOff(policy.retry()));
            if (planned.compareTo(deadline) > 0) {
                findings.add(tooLong(policy, attempt, planned, deadline));
            }
        }
        Duration elapsed = policy.retry().maxElapsed();
        if (deadline != null && elapsed != null && elapsed.compareTo(deadline) > 0) {
            findings.add(withoutEffect(policy, "max-elapsed", elapsed, "longer than the deadline", deadline));
        }
        Duration slow =
                (policy.circuitBreaker() != null) ? policy.circuitBreaker().slowCallDuration() : null;
        if (slow != null && attempt != null && slow.compareTo(attempt) >= 0) {
            findings.add(withoutEffect(
                    policy,
                    "circuit-breaker.slow-call-duration",
                    slow,
                    "not shorter than the attempt-timeout",
                    attempt));
        }
        return findings;
    }

    private static Finding tooLong(Policy policy, Duration attempt, Duration planned, Duration deadline) {
        return finding(
                policy,
                ProblemCode.DEADLINE_TOO_SHORT,
                ("%d attempts with an attempt-timeout of %s and the waits between them may take %s, the deadline is %s:"
                                + " the last attempts may never be made; lower attempt-timeout or max-attempts, or set"
                                + " a longer deadline")
                        .formatted(
                                policy.retry().maxAttempts(),
                                Shown.of(attempt),
                                Shown.of(planned),
                                Shown.of(deadline)));
    }

    private static Finding withoutEffect(Policy policy, String setting, Duration value, String than, Duration other) {
        return finding(
                policy,
                ProblemCode.SETTING_WITHOUT_EFFECT,
                "%s is %s, %s, which is %s: it has no effect; lower it or leave it out"
                        .formatted(setting, Shown.of(value), than, Shown.of(other)));
    }

    private static Finding finding(Policy policy, ProblemCode code, String message) {
        return new Finding(code, policy.name(), message);
    }

    private static Duration attempts(Policy policy, Duration attempt) {
        return own(policy).plus(attempt).multipliedBy(policy.retry().maxAttempts());
    }

    /** How long an attempt may wait for the permits of this application before it begins. */
    private static Duration own(Policy policy) {
        Duration rate = (policy.rateLimit() != null) ? policy.rateLimit().maxWait() : Duration.ZERO;
        Duration turn = (policy.bulkhead() != null) ? policy.bulkhead().maxWait() : Duration.ZERO;
        return rate.plus(turn);
    }

    /** The largest waits that the own back-off can draw, together: a geometric series up to the longest wait. */
    private static Duration backOff(RetrySpec retry) {
        boolean decorrelated = retry.jitter() == Jitter.DECORRELATED;
        double growth = decorrelated ? BackOff.DECORRELATED_GROWTH : retry.multiplier();
        double longest = retry.maxDelay().toMillis();
        double first = Math.min(retry.baseDelay().toMillis() * (decorrelated ? growth : 1), longest);
        int waits = retry.maxAttempts() - 1;
        if (growth == 1 || first == 0) {
            return Duration.ofMillis((long) (first * waits));
        }
        double growing = Math.min(waits, Math.ceil(Math.log(longest / first) / Math.log(growth)));
        double sum = first * (Math.pow(growth, growing) - 1) / (growth - 1) + longest * (waits - growing);
        return Duration.ofMillis(Math.round(sum));
    }

    private static Duration shorter(Duration one, @Nullable Duration other) {
        return (other == null || one.compareTo(other) <= 0) ? one : other;
    }
}
