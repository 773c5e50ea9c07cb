package io.integrationkit.outbox;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * For operators: the keys whose messages do not simply go on because one of them could not be delivered for good, by
 * all instances together. The only place that knows and changes them: what {@link OutboxOperations} tells of a
 * destination has their number, and no change of its own. Safe for use by any number of threads and instances; each
 * change commits on its own, is one line of the log with its actor, and changes nothing when it is repeated.
 */
public interface OutboxKeys {

    /**
     * Lists the keys that are held, by destination and key.
     *
     * @param after place of the last key of the page before, {@code null} for the first page
     * @param limit how many at most
     * @return a page; shorter than {@code limit} only at the end
     */
    List<HeldKey> list(HeldKey.@Nullable Place after, int limit);

    /**
     * Counts the keys that are parked or blocked; a query each time.
     *
     * @return how many there are now
     */
    HeldKeyCount count();

    /**
     * Lets a blocked key go on: its head is tried again, and the key is blocked again if that is refused again.
     *
     * @param destination where its messages go
     * @param key the key
     * @param actor who asks for it, for the log
     * @return {@link Answer#UNBLOCKED}, or {@link Answer#NOTHING_DONE} if it was not blocked
     */
    Answer unblock(String destination, String key, String actor);

    /**
     * Takes the head of a blocked key out of the way: it becomes a dead letter, and the messages behind it are sent.
     *
     * @param destination where its messages go
     * @param key the key
     * @param actor who asks for it, for the log
     * @return {@link Answer#HEAD_DISCARDED}, or {@link Answer#NOTHING_DONE} if it was not blocked
     */
    Answer discardHead(String destination, String key, String actor);

    /**
     * Lets a parked key go on without its parked messages: they stay dead letters, and one that is replayed later is
     * sent later. A key whose parked messages are all replayed or discarded is released by itself.
     *
     * @param destination where its messages go
     * @param key the key
     * @param actor who asks for it, for the log
     * @return {@link Answer#RELEASED}, or {@link Answer#NOTHING_DONE} if it was not parked
     */
    Answer release(String destination, String key, String actor);

    /** What became of a request. */
    enum Answer {
        /** The key was blocked and is not any more. */
        UNBLOCKED("unblocked"),
        /** The head of the key is a dead letter and the key is not blocked any more. */
        HEAD_DISCARDED("unblocked and its head made a dead letter"),
        /** The key was parked and is not any more. */
        RELEASED("released"),
        /** The key was in no state that could be changed so. */
        NOTHING_DONE("left as it is");

        private final String words;

        Answer(String words) {
            this.words = words;
        }

        String inWords() {
            return this.words;
        }
    }
}
