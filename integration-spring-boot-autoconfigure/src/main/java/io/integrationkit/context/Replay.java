package io.integrationkit.context;

import org.jspecify.annotations.Nullable;

/**
 * Marks a call as the replay of a dead letter, on the thread that replays it and on those on which the call goes on. The idempotency stage lets exactly this
 * entry claim its key again; the dead-letter store updates the entry instead of adding one when the replay fails too.
 */
public final class Replay {

    private static final ThreadLocal<@Nullable Replay> CURRENT = new ThreadLocal<>();

    private final String entryId;

    /** A result that comes later is given up on another thread than the one that replays. */
    private volatile boolean deadLetteredAgain;

    private Replay(String entryId) {
        this.entryId = entryId;
    }

    /**
     * Returns the replay this thread carries out.
     *
     * @return the replay, or {@code null} for an ordinary call
     */
    public static @Nullable Replay current() {
        return CURRENT.get();
    }

    /**
     * Creates the replay of an entry; {@link #open()} binds it.
     *
     * @param entryId id of the dead letter
     * @return the replay
     */
    public static Replay of(String entryId) {
        return new Replay(entryId);
    }

    /**
     * Binds this replay to the thread.
     *
     * @return closing it unbinds it
     */
    public Scope open() {
        Replay outer = CURRENT.get();
        CURRENT.set(this);
        return () -> bind(outer);
    }

    /** Binds exactly this replay to the thread, or none. */
    static void bind(@Nullable Replay replay) {
        if (replay == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(replay);
        }
    }

    /**
     * Returns which dead letter is replayed.
     *
     * @return id of the entry
     */
    public String entryId() {
        return this.entryId;
    }

    /** Notes that the replayed call was given up again and its entry kept. */
    public void markDeadLetteredAgain() {
        this.deadLetteredAgain = true;
    }

    /**
     * Tells whether the replayed call was given up again.
     *
     * @return whether the entry must stay open although the call returned
     */
    public boolean deadLetteredAgain() {
        return this.deadLetteredAgain;
    }
}
