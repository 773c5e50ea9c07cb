package io.integrationkit.deadletter;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where entries are kept and found. */
interface DeadLetterStore {

    /** Whether a write now could be part of a transaction that may still commit. */
    boolean canJoin();

    /**
     * Adds an entry, or updates it and makes it open again; leaves REPLAYING as it is, its end will see the new revision,
     * and PARKED, which only an operator ends.
     */
    void put(GivenUp givenUp, boolean join);

    /** Notes how the replay of an entry failed, while it is REPLAYING; commits on its own. */
    void noteFailure(String id, LastFailure failure);

    Optional<DeadLetter> find(String id);

    /** Finds an entry with its content. */
    Optional<StoredEntry> read(String id);

    /** Lists entries after a position, oldest first. */
    List<DeadLetter> list(DeadLetterFilter filter, long afterPosition, int limit);

    /**
     * Lists what a selection would replay, after a position, oldest first: NEW, REPLAYING with a lease that is over, and
     * PARKED only if the filter asks for it.
     */
    List<DeadLetter> replayable(DeadLetterFilter filter, long afterPosition, int limit);

    long count(DeadLetterFilter filter);

    /** Counts by status and category, in that order. */
    List<DeadLetterCount> counts(DeadLetterFilter filter);

    /** Lists groups, the largest first. */
    List<DeadLetterGroup> groups(DeadLetterFilter filter, int limit);

    /** Tells the first failure of the entry that was stored first. */
    Optional<Instant> oldest(DeadLetterFilter filter);

    /** Deletes those of the entries that are closed, with their history; returns how many there were. */
    int delete(List<String> ids);

    /** Deletes at most so many of the entries that have been closed for so long, with their history. */
    int deleteClosed(Duration age, int limit);

    /**
     * Makes counts and groups quick again, by summing up what was counted since.
     *
     * @param again whether to count the entries again as well, which reads all of them
     */
    void sumUp(boolean again);

    /** Finds the entries that a replay could take up now, or when their lease is over. */
    OpenSelection selectOpen(DeadLetterFilter filter, Set<String> names);

    /** Lists those of a selection that are still so. */
    List<OpenDeadLetter> listOpen(OpenSelection selection, long afterPosition, int limit);

    /** Lists what was done to an entry, oldest first. */
    List<DeadLetterChange> history(String id);

    /** The changes that operators and replays make. */
    DeadLetterClaims claims();

    boolean durable();
}
