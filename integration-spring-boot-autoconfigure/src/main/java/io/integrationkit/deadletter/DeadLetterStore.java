package io.integrationkit.deadletter;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where entries are kept. Every write that ends a replay names its claim and is refused if the claim is lost. */
interface DeadLetterStore {

    /** Whether a write now could be part of a transaction that may still commit. */
    boolean canJoin();

    /** Adds an entry, or updates it and makes it NEW; leaves REPLAYING as it is, its end will see the new revision. */
    void put(GivenUp givenUp, boolean join);

    /** Notes how the replay of an entry failed, while it is REPLAYING; commits on its own. */
    void noteFailure(String id, LastFailure failure);

    Optional<DeadLetter> find(String id);

    List<DeadLetter> list(DeadLetterFilter filter, @Nullable String afterId, int limit);

    /** Lists entries that could be claimed now: NEW, or REPLAYING with a lease that is over. */
    List<Candidate> claimable(DeadLetterFilter filter, long afterPosition, int limit);

    long count(DeadLetterFilter filter);

    /** Claims an entry; {@code null} if it is missing, closed or claimed by somebody whose lease is not over. */
    @Nullable
    Claim claim(String id, String owner, Duration lease);

    /**
     * Marks a claimed entry as resolved, or as NEW if it was stored again meanwhile, and does something in the same
     * transaction; if that throws, nothing has changed. Does nothing if the claim is lost.
     */
    boolean resolve(Claim claim, Runnable together);

    /** Makes a claimed entry NEW again, with the failure its replay met if there is one to note. */
    boolean reopen(Claim claim, @Nullable LastFailure failure, String note);

    /** Closes an open entry, and tells that in the same transaction; returns whether there was one. */
    boolean discard(String id, String reason, Consumer<DeadLetter> told);

    boolean durable();

    /** An entry that could be claimed, and its position in the order of first failure, which begins above zero. */
    record Candidate(long position, String id) {}
}
