package io.integrationkit.deadletter;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What changes the status of entries. Every write that ends a replay names its claim and is refused if the claim is lost;
 * each change is noted in the history of its entry, in the same transaction.
 */
interface DeadLetterClaims {

    /** Claims an entry; {@code null} if it is missing, closed or claimed by somebody whose lease is not over. */
    @Nullable
    Claim claim(String id, String owner, Duration lease);

    /**
     * Marks a claimed entry as resolved, or as NEW if it was stored again meanwhile, and does something in the same
     * transaction; if that throws, nothing has changed. Does nothing if the claim is lost.
     */
    boolean resolve(Claim claim, Intervention by, Runnable together);

    /**
     * Marks those of the messages that could be claimed now as resolved, in one transaction with what is done with all
     * of them, oldest first; if that throws, nothing has changed.
     *
     * @return ids of those that were resolved
     */
    List<String> resolveMessages(List<String> ids, Intervention by, Consumer<List<Claim>> together);

    /** Makes a claimed entry NEW again, with the failure its replay met if there is one to note. */
    boolean reopen(Claim claim, @Nullable LastFailure failure, String note, Intervention by);

    /** Closes an open entry, and tells that in the same transaction; returns whether there was one. */
    default boolean discard(String id, Intervention by, Consumer<DeadLetter> told) {
        return discardAll(List.of(id), by, told) == 1;
    }

    /** Sets an open entry aside; returns whether it was open. */
    default boolean park(String id, Intervention by) {
        return parkAll(List.of(id), by) == 1;
    }

    /** Takes up an entry that was set aside; returns whether it was. */
    default boolean unpark(String id, Intervention by) {
        return unparkAll(List.of(id), by) == 1;
    }

    /** Discards those of the entries that could be claimed now, in one transaction; returns how many. */
    int discardAll(List<String> ids, Intervention by, Consumer<DeadLetter> told);

    /** Sets those of the entries aside that are open, in one transaction; returns how many. */
    int parkAll(List<String> ids, Intervention by);

    /** Takes up those of the entries that were set aside, in one transaction; returns how many. */
    int unparkAll(List<String> ids, Intervention by);

    /** Notes in the history of an entry that somebody was shown what is masked; returns whether there is the entry. */
    boolean revealed(String id, Intervention by);
}
