package io.integrationkit.reliable;

import io.integrationkit.breaker.CircuitBreaker;
import io.integrationkit.breaker.CircuitBreakerSpec;
import io.integrationkit.breaker.CircuitBreakerStatus;
import io.integrationkit.breaker.CircuitState;
import io.integrationkit.context.TimeSource;
import java.util.List;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The circuit breakers of the application: one for each policy, shared by its operations. A breaker exists from the
 * moment the plan of its first operation is made. Safe for use by any number of threads.
 */
public final class CircuitBreakers {

    private static final Logger logger = LoggerFactory.getLogger(CircuitBreakers.class);

    private final ConcurrentMap<String, CircuitBreaker> breakers = new ConcurrentSkipListMap<>();

    private final TimeSource time;

    /**
     * Creates the circuit breakers.
     *
     * @param time measures how long a breaker is open
     */
    public CircuitBreakers(TimeSource time) {
        this.time = time;
    }

    /**
     * Looks at all circuit breakers.
     *
     * @return their states at this moment, by name
     */
    public List<CircuitBreakerStatus> all() {
        long now = this.time.nanoTime();
        return this.breakers.values().stream()
                .map((breaker) -> breaker.status(now))
                .toList();
    }

    /**
     * Looks at one circuit breaker.
     *
     * @param name name of the policy
     * @return its state at this moment, or {@code null} if no operation of such a policy has a circuit breaker
     */
    public @Nullable CircuitBreakerStatus find(String name) {
        CircuitBreaker breaker = this.breakers.get(name);
        return (breaker != null) ? breaker.status(this.time.nanoTime()) : null;
    }

    /** Brings the breaker of a policy in step with its settings; all operations of a policy come with the same. */
    @Nullable
    CircuitBreaker settle(String policy, @Nullable CircuitBreakerSpec spec) {
        if (spec == null) {
            this.breakers.remove(policy);
            return null;
        }
        long now = this.time.nanoTime();
        CircuitBreaker breaker = this.breakers.computeIfAbsent(
                policy, (name) -> new CircuitBreaker(name, spec, now, CircuitBreakers::log));
        if (!breaker.spec().equals(spec)) {
            breaker.change(spec, now);
        }
        return breaker;
    }

    private static void log(String name, CircuitState from, CircuitState to) {
        if (to == CircuitState.OPEN) {
            logger.warn("Circuit breaker '{}' opened (it was {})", name, from);
        } else {
            logger.info("Circuit breaker '{}' is {} (it was {})", name, to, from);
        }
    }
}
