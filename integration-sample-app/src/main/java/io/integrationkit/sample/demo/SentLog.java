package io.integrationkit.sample.demo;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the driver sent and was answered, measured by one monotonic clock. Safe for use by any number of threads.
 */
public final class SentLog {

    private final Map<String, Entry> entries = new HashMap<>();

    private int requests;

    private int refused;

    private int unanswered;

    private int duplicates;

    private int accepted;

    /**
     * Notes that a request goes out now.
     *
     * @param deliveryId the delivery
     * @param nanoTime when
     */
    public synchronized void sent(String deliveryId, long nanoTime) {
        this.requests++;
        Entry entry = this.entries.computeIfAbsent(deliveryId, (id) -> new Entry(nanoTime));
        entry.firstSent = Math.min(entry.firstSent, nanoTime);
    }

    /**
     * Notes an answer that takes the delivery.
     *
     * @param deliveryId the delivery
     * @param duplicate whether the hub said it had it already
     * @param nanoTime when the answer was read
     */
    public synchronized void accepted(String deliveryId, boolean duplicate, long nanoTime) {
        Entry entry = entry(deliveryId);
        if (entry.firstAccepted == null) {
            entry.firstAccepted = nanoTime;
            this.accepted++;
        }
        if (duplicate) {
            this.duplicates++;
        } else {
            entry.explained = true;
        }
    }

    /**
     * Notes an answer that refuses the delivery.
     *
     * @param deliveryId the delivery
     */
    public synchronized void refused(String deliveryId) {
        entry(deliveryId).explained = true;
        this.refused++;
    }

    /**
     * Notes that no answer came: nobody knows whether the hub took the delivery.
     *
     * @param deliveryId the delivery
     */
    public synchronized void unanswered(String deliveryId) {
        entry(deliveryId).explained = true;
        this.unanswered++;
    }

    private Entry entry(String deliveryId) {
        Entry entry = this.entries.get(deliveryId);
        if (entry == null) {
            throw new IllegalStateException("There is an answer, but no request: " + deliveryId);
        }
        return entry;
    }

    /**
     * Returns how many requests went out.
     *
     * @return number of requests, repetitions included
     */
    public synchronized int requests() {
        return this.requests;
    }

    /**
     * Returns how many deliveries got a 2xx.
     *
     * @return number of delivery ids
     */
    public synchronized int acceptedCount() {
        return this.accepted;
    }

    /**
     * Returns how many answers were not a 2xx.
     *
     * @return number of answers
     */
    public synchronized int refusedCount() {
        return this.refused;
    }

    /**
     * Returns how many requests were never answered.
     *
     * @return number of requests
     */
    public synchronized int unansweredCount() {
        return this.unanswered;
    }

    /**
     * Returns how often the hub said that it had a delivery already.
     *
     * @return number of answers
     */
    public synchronized int duplicates() {
        return this.duplicates;
    }

    /**
     * Returns which deliveries were sent.
     *
     * @return delivery ids
     */
    public synchronized Set<String> sentIds() {
        return Set.copyOf(this.entries.keySet());
    }

    /**
     * Returns which deliveries got a 2xx.
     *
     * @return delivery ids
     */
    public synchronized Set<String> acceptedIds() {
        return ids(this.entries.entrySet().stream()
                .filter((entry) -> entry.getValue().firstAccepted != null)
                .toList());
    }

    /**
     * Returns which deliveries the hub must have known before this run: it called each request of them a duplicate.
     *
     * @return delivery ids
     */
    public synchronized Set<String> knownBefore() {
        return ids(this.entries.entrySet().stream()
                .filter((entry) -> entry.getValue().firstAccepted != null && !entry.getValue().explained)
                .toList());
    }

    private static Set<String> ids(Collection<Map.Entry<String, Entry>> entries) {
        return entries.stream().map(Map.Entry::getKey).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Returns when a delivery was sent first.
     *
     * @param deliveryId the delivery
     * @return monotonic reading, nothing if it was never sent
     */
    public synchronized OptionalLong firstSent(String deliveryId) {
        Entry entry = this.entries.get(deliveryId);
        return (entry != null) ? OptionalLong.of(entry.firstSent) : OptionalLong.empty();
    }

    /**
     * Returns when a delivery got its first 2xx.
     *
     * @param deliveryId the delivery
     * @return monotonic reading, nothing if it never got one
     */
    public synchronized OptionalLong firstAccepted(String deliveryId) {
        Entry entry = this.entries.get(deliveryId);
        Long accepted = (entry != null) ? entry.firstAccepted : null;
        return (accepted != null) ? OptionalLong.of(accepted) : OptionalLong.empty();
    }

    private static final class Entry {

        private long firstSent;

        private @Nullable Long firstAccepted;

        /** Whether something else than a delivery of an earlier run explains that it is called a duplicate. */
        private boolean explained;

        Entry(long firstSent) {
            this.firstSent = firstSent;
        }
    }
}
