package io.integrationkit.autoconfigure.reliable;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the settings of Resilience4j are called here. Keys are compared without dashes and in lower case. */
final class Resilience4jKeys {

    private static final Map<String, String> COUNTERPARTS = table("""
            retry.maxattempts = max-attempts
            retry.waitduration = base-delay
            retry.exponentialbackoffmultiplier = multiplier
            retry.exponentialmaxwaitduration = max-delay
            circuitbreaker.slidingwindowtype = circuit-breaker.window-type
            circuitbreaker.slidingwindowsize = circuit-breaker.window-size
            circuitbreaker.failureratethreshold = circuit-breaker.failure-rate-threshold
            circuitbreaker.slowcalldurationthreshold = circuit-breaker.slow-call-duration
            circuitbreaker.slowcallratethreshold = circuit-breaker.slow-call-rate-threshold
            circuitbreaker.minimumnumberofcalls = circuit-breaker.minimum-calls
            circuitbreaker.waitdurationinopenstate = circuit-breaker.open-duration
            circuitbreaker.exponentialbackoffmultiplier = circuit-breaker.open-duration-multiplier
            circuitbreaker.exponentialmaxwaitdurationinopenstate = circuit-breaker.max-open-duration
            circuitbreaker.permittednumberofcallsinhalfopenstate = circuit-breaker.half-open-probes
            ratelimiter.limitforperiod = rate-limit.permits
            ratelimiter.limitrefreshperiod = rate-limit.period
            ratelimiter.timeoutduration = rate-limit.max-wait
            bulkhead.maxconcurrentcalls = bulkhead.max-concurrent
            bulkhead.maxwaitduration = bulkhead.max-wait
            timelimiter.timeoutduration = attempt-timeout
            """);

    private static final Map<String, String> REASONS = table("""
            retry.enableexponentialbackoff = the delay always grows, unless multiplier is 1
            retry.enablerandomizedwait = the wait is always spread, unless jitter is none
            retry.randomizedwaitfactor = choose a jitter: full, equal, decorrelated or none
            retry.retryexceptions = see @Reliable(retryOn) and FailureClassifier
            retry.ignoreexceptions = see @Reliable(noRetryOn) and FailureClassifier
            retry.retryexceptionpredicate = define a bean of type FailureClassifier
            retry.resultpredicate = see @Reliable(retryOnResult)
            retry.failaftermaxattempts = a call that is given up throws, or see on-exhausted
            circuitbreaker.recordexceptions = the category of a failure decides; see FailureClassifier
            circuitbreaker.ignoreexceptions = the category of a failure decides; see FailureClassifier
            circuitbreaker.recordfailurepredicate = the category of a failure decides; see FailureClassifier
            circuitbreaker.ignoreexceptionpredicate = the category of a failure decides; see FailureClassifier
            circuitbreaker.enableexponentialbackoff = see circuit-breaker.open-duration-multiplier
            circuitbreaker.automatictransitionfromopentohalfopenenabled = the first call after open-duration probes
            circuitbreaker.maxwaitdurationinhalfopenstate = a probe that never ends cannot hold the circuit breaker
            timelimiter.cancelrunningfuture = an attempt that is over time is asked to stop if it blocks or returns a publisher; a future is not cancelled
            """);

    private Resilience4jKeys() {}

    /**
     * Finds the setting of a policy that corresponds.
     *
     * @param key module and key, such as {@code retry.maxattempts}
     * @return name of the setting, or {@code null} if none corresponds
     */
    static @Nullable String counterpart(String key) {
        return COUNTERPARTS.get(key);
    }

    /**
     * Tells why there is no counterpart.
     *
     * @param key module and key
     * @return what there is instead
     */
    static String reason(String key) {
        if (key.startsWith("threadpoolbulkhead.")) {
            return "calls stay on the thread of their caller; see bulkhead.max-concurrent";
        }
        if (key.endsWith("aspectorder")) {
            return "the order is fixed";
        }
        if (key.endsWith(".baseconfig")) {
            return "every policy inherits the defaults, and nothing else";
        }
        return REASONS.getOrDefault(key, "leave it out");
    }

    private static Map<String, String> table(String lines) {
        Map<String, String> table = new HashMap<>();
        lines.lines().forEach((line) -> {
            int separator = line.indexOf(" = ");
            table.put(line.substring(0, separator), line.substring(separator + 3));
        });
        return Map.copyOf(table);
    }
}
