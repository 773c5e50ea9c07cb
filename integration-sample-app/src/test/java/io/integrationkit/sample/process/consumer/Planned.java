package io.integrationkit.sample.process.consumer;

import org.jspecify.annotations.Nullable;

/**
 * A record to be sent to every topic.
 *
 * @param partition where to
 * @param offset which it will have there
 * @param key of its event
 * @param id of its event, or {@code null} if it is none
 * @param event what it carries, or {@code null} if nobody can read it
 */
record Planned(
        int partition,
        long offset,
        int key,
        @Nullable String id,
        @Nullable Numbered event) {

    /** The same at another place of the partition. */
    Planned at(long place) {
        return new Planned(this.partition, place, this.key, this.id, this.event);
    }
}
