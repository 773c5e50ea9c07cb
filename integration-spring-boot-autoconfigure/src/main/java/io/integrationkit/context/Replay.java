package io.integrationkit.context;

import org.jspecify.annotations.Nullable;

/**
 * Marks a call as the replay of a dead letter, on the thread that replays it and on those on which the call goes on. The idempotency stage lets exactly this
 * entry claim its key again; the dead-letter store updates the entry instead of adding one when the replay fails too.
 */
public final class Replay {

    private static final ThreadLocal<@Nullable Replay> CURRENT = new ThreadLocal<>();

    private final String entryId;

    private final @Nullable String operation;

    private final @Nullable String key;

    /** Whose keys the replayed call used. */
    private volatile @Nullable String scope;

    /** A result that comes later is given up on another thread than the one that replays. */
    private volatile boolean deadLetteredAgain;

    private Replay(String entryId, @Nullable String operation, @Nullable String key) {
        this.entryId = entryId;
        this.operation = operation;
        this.key = key;
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
        return new Replay(entryId, null, null);
    }

    /**
     * Creates the replay of a call; {@link #open()} binds it.
     *
     * @param entryId id of the dead letter
     * @param operation name of the operation that is called
     * @param key what identified the call among its repetitions, or {@code null} if nothing did
     * @return the replay
     */
    public static Replay of(String entryId, String operation, @Nullable String key) {
        return new Replay(entryId, operation, key);
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

    /**
     * Returns what identified the call that is replayed.
     *
     * @param called name of an operation
     * @return the key, or {@code null} if this is not the operation that is replayed, or its calls have no key
     */
    public @Nullable String keyOf(String called) {
        return called.equals(this.operation) ? this.key : null;
    }

    /**
     * Notes whose keys the replayed call used; what it calls uses the same ones again, although whoever replays it is
     * somebody else.
     *
     * @param callers scope of the keys
     */
    public void actFor(String callers) {
        this.scope = callers;
    }

    /**
     * Returns whose keys are used while this replay runs.
     *
     * @return scope of the keys, or {@code null} if the replayed call told none
     */
    public @Nullable String scope() {
        return this.scope;
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
