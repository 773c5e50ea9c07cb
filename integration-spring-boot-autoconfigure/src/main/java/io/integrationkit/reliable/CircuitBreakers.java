package io.integrationkit.reliable;

import io.integrationkit.breaker.CircuitBreaker;
import io.integrationkit.breaker.CircuitBreakerSpec;
import io.integrationkit.breaker.CircuitBreakerStatus;
import io.integrationkit.breaker.CircuitState;
import io.integrationkit.breaker.Forced;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.ProblemCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
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

    private final Map<String, Hold> holds = new TreeMap<>();

    private final List<CircuitBreaker.Transitions> listeners = new CopyOnWriteArrayList<>();

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
     * Tells somebody of all changes of state from now on, on the thread of the call that brought a change about.
     *
     * @param listener who is told, with the name of the policy; must be short, must not block or throw
     * @return ends it; may be run more than once
     */
    public Runnable listen(CircuitBreaker.Transitions listener) {
        this.listeners.add(listener);
        return () -> this.listeners.remove(listener);
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

    /**
     * Holds a circuit breaker in a state, or lets the results decide again: at once, for this instance only, and until
     * somebody asks for something else, the time is over, the breaker is switched off or the application stops. One line
     * of log, for the audit, each time.
     *
     * @param policy name of the policy
     * @param forced the state to hold, or {@code null} to let the results decide
     * @param actor who asks for it
     * @param expiresAfter time after which the results decide again, or {@code null} for never; without effect where
     *     they do
     * @throws InvalidOperationException if no operation of such a policy has a circuit breaker; then nothing has changed
     */
    public void force(String policy, @Nullable Forced forced, String actor, @Nullable Duration expiresAfter) {
        Mandate mandate = Mandate.of(actor, (forced != null) ? expiresAfter : null, this.time);
        synchronized (this.holds) {
            CircuitBreaker breaker = named(policy);
            breaker.force(forced, this.time.nanoTime());
            if (forced == null) {
                this.holds.remove(breaker.name());
                logger.info("Circuit breaker '{}' released by {}: its results decide", breaker.name(), mandate);
                return;
            }
            Hold hold = new Hold(breaker, forced, mandate);
            this.holds.put(breaker.name(), hold);
            logger.info("Circuit breaker '{}' forced {} by {}", breaker.name(), forced, mandate);
            if (expiresAfter != null) {
                this.time.schedule(expiresAfter, () -> expire(hold));
            }
        }
    }

    /**
     * Returns the circuit breakers that somebody holds.
     *
     * @return one for each, by name
     */
    public List<HeldBreaker> held() {
        synchronized (this.holds) {
            return this.holds.values().stream().map(Hold::describe).toList();
        }
    }

    private CircuitBreaker named(String policy) {
        CircuitBreaker breaker = this.breakers.get(policy);
        if (breaker != null) {
            return breaker;
        }
        String closest = PolicyNames.closest(policy, this.breakers.keySet());
        if (closest != null && PolicyNames.relaxed(closest).equals(PolicyNames.relaxed(policy))) {
            return named(closest);
        }
        throw new InvalidOperationException(
                ProblemCode.POLICY_UNKNOWN,
                "There is no circuit breaker '%s'".formatted(Mandate.printable(policy)),
                (closest != null) ? "Did you mean '" + closest + "'?" : "Name a policy of an operation.");
    }

    /** Does nothing if somebody has asked for something else since. */
    private void expire(Hold hold) {
        String name = hold.breaker().name();
        synchronized (this.holds) {
            if (this.holds.get(name) == hold) {
                this.holds.remove(name);
                hold.breaker().force(null, this.time.nanoTime());
                logger.info(
                        "Circuit breaker '{}': {} as forced by {} ended",
                        name,
                        hold.forced(),
                        hold.mandate().actor());
            }
        }
    }

    /** Brings the breaker of a policy in step with its settings; all operations of a policy come with the same. */
    @Nullable
    CircuitBreaker settle(String policy, @Nullable CircuitBreakerSpec spec) {
        if (spec == null) {
            synchronized (this.holds) {
                this.breakers.remove(policy);
                this.holds.remove(policy);
            }
            return null;
        }
        long now = this.time.nanoTime();
        CircuitBreaker breaker =
                this.breakers.computeIfAbsent(policy, (name) -> new CircuitBreaker(name, spec, now, this::changed));
        if (!breaker.spec().equals(spec)) {
            breaker.change(spec, now);
        }
        return breaker;
    }

    /** Puts the breaker back that was there before a change, or none. */
    void restore(String policy, @Nullable CircuitBreaker before) {
        if (before != null) {
            this.breakers.put(policy, before);
        } else {
            settle(policy, null);
        }
    }

    private void changed(String name, CircuitState from, CircuitState to) {
        log(name, from, to);
        this.listeners.forEach((listener) -> listener.changed(name, from, to));
    }

    private static void log(String name, CircuitState from, CircuitState to) {
        if (to == CircuitState.OPEN) {
            logger.warn("Circuit breaker '{}' opened (it was {})", name, from);
        } else {
            logger.info("Circuit breaker '{}' is {} (it was {})", name, to, from);
        }
    }

    /** What somebody asked for; told apart by identity, for the same may be asked for twice. */
    private record Hold(CircuitBreaker breaker, Forced forced, Mandate mandate) {

        HeldBreaker describe() {
            return new HeldBreaker(
                    this.breaker.name(), this.forced, this.mandate.actor(), this.mandate.since(), this.mandate.until());
        }
    }
}
