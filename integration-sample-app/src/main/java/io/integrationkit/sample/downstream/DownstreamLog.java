package io.integrationkit.sample.downstream;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the downstream saw and did; the witness against which a run is checked. Safe for use by any number of threads.
 */
public final class DownstreamLog {

    private final Map<String, Integer> attempts = new HashMap<>();

    private final Map<String, String> deliveriesByIdempotencyKey = new HashMap<>();

    private final Map<String, Integer> answers = new HashMap<>();

    private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);

    private final List<Effect> effects = new ArrayList<>();

    private final Map<String, Long> askedToWait = new HashMap<>();

    private final Map<String, Integer> lookups = new HashMap<>();

    private int requests;

    private int waitsKept;

    private int waitsBroken;

    private int lookupCount;

    /**
     * Returns everything that was posted.
     *
     * @return the effects in the order in which they happened
     */
    public synchronized List<Effect> effects() {
        return List.copyOf(this.effects);
    }

    /**
     * Returns how many effects there were so far.
     *
     * @return number of effects, the second of the same delivery included
     */
    public synchronized int effectCount() {
        return this.effects.size();
    }

    /**
     * Returns how many requests arrived.
     *
     * @return number of requests, those that met a fault included
     */
    public synchronized int requests() {
        return this.requests;
    }

    /**
     * Returns how many requests repeated a delivery that had been asked for before.
     *
     * @return number of requests that were not the first of their delivery
     */
    public synchronized int repetitions() {
        return this.requests - this.attempts.size();
    }

    /**
     * Returns which faults were really met.
     *
     * @return number of requests by fault
     */
    public synchronized Map<Fault, Integer> faults() {
        return new EnumMap<>(this.faults);
    }

    /**
     * Finds the delivery that came under an idempotency key, whether or not it had an effect.
     *
     * @param idempotencyKey the key
     * @return the delivery's id, or nothing if no request carried the key
     */
    public synchronized Optional<String> deliveryOf(String idempotencyKey) {
        return Optional.ofNullable(this.deliveriesByIdempotencyKey.get(idempotencyKey));
    }

    /**
     * Returns how many deliveries came again after a 429 as late as its {@code Retry-After} asked.
     *
     * @return number of waits that were kept
     */
    public synchronized int waitsKept() {
        return this.waitsKept;
    }

    /**
     * Returns how many deliveries came again after a 429 sooner than its {@code Retry-After} asked.
     *
     * @return number of waits that were not kept
     */
    public synchronized int waitsBroken() {
        return this.waitsBroken;
    }

    /**
     * Returns how many questions for a profile arrived.
     *
     * @return number of questions, those that met a fault included; none of them is among the requests
     */
    public synchronized int lookups() {
        return this.lookupCount;
    }

    synchronized int asked(String login) {
        this.lookupCount++;
        return this.lookups.merge(login, 1, Integer::sum);
    }

    synchronized void askToWait(ChatRequest request, long untilNanos) {
        this.askedToWait.put(request.deliveryId(), untilNanos);
    }

    synchronized int arrived(ChatRequest request, long nanoTime) {
        this.requests++;
        Long until = this.askedToWait.remove(request.deliveryId());
        if (until != null) {
            this.waitsKept += (nanoTime - until >= 0) ? 1 : 0;
            this.waitsBroken += (nanoTime - until < 0) ? 1 : 0;
        }
        if (request.idempotencyKey() != null) {
            this.deliveriesByIdempotencyKey.put(request.idempotencyKey(), request.deliveryId());
        }
        return this.attempts.merge(request.deliveryId(), 1, Integer::sum);
    }

    synchronized void met(Fault fault) {
        this.faults.merge(fault, 1, Integer::sum);
    }

    /** Posts the message, unless it was posted under the same key before; the answer is the number it was posted as. */
    synchronized int post(ChatRequest request, long nanoTime) {
        Integer answered = (request.idempotencyKey() != null) ? this.answers.get(request.idempotencyKey()) : null;
        if (answered != null) {
            return answered;
        }
        int number = this.effects.size();
        this.effects.add(new Effect(request.deliveryId(), request.key(), request.sequence(), number, nanoTime));
        if (request.idempotencyKey() != null) {
            this.answers.put(request.idempotencyKey(), number);
        }
        return number;
    }
}
