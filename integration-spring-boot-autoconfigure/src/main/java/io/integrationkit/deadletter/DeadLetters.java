package io.integrationkit.deadletter;

import io.integrationkit.call.GivenUpCall;
import io.integrationkit.call.GivenUpCalls;
import io.integrationkit.failure.ProblemException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The dead letters of the application: calls and messages that were given up and must not be lost. Safe for use by any
 * number of threads and instances.
 *
 * <p>An entry is unique per operation and key, or per destination and message id: storing the same again updates it
 * and makes it {@link DeadLetter.Status#NEW} again. A call without key is a new entry each time.
 */
public interface DeadLetters extends GivenUpCalls {

    /**
     * Stores a call. In the database, a call whose method {@linkplain io.integrationkit.call.Operation#returnsNothing()
     * returns nothing} joins the active transaction, unless that is read-only or can only roll back; otherwise, and for
     * a call with a result always, the entry is committed when this returns. The call a replay makes updates the entry
     * that is replayed.
     *
     * @param call the call
     * @return id of the entry
     * @throws ProblemException if a store in memory is full, or the arguments are larger than
     *     {@code integration.dead-letters.max-entry-size}
     */
    @Override
    String store(GivenUpCall call);

    /**
     * Stores a message. In the database it joins the active transaction, so that moving the message here is one step
     * with removing it there; without one the entry is committed when this returns.
     *
     * @param message the message
     * @return id of the entry
     * @throws ProblemException if a store in memory is full, or the message is larger than
     *     {@code integration.dead-letters.max-entry-size}
     */
    String storeMessage(DeadLetterMessage message);

    /**
     * Finds an entry.
     *
     * @param id id of the entry
     * @return the entry, or nothing if there is none
     */
    Optional<DeadLetter> find(String id);

    /**
     * Shows an entry with its history and its content, masked: values of fields that are sensitive by their name or
     * {@link io.integrationkit.call.Sensitive} are {@code ***}, and so are headers that are not allowed. Content that
     * cannot be masked is not shown; the notes say so.
     *
     * @param id id of the entry
     * @return the entry, or nothing if there is none
     */
    Optional<DeadLetterDetails> show(String id);

    /**
     * Shows an entry with its content as it is stored. Before anything is handed out, the history of the entry says who
     * asked for it and why; that is committed whatever becomes of the caller's transaction.
     *
     * @param id id of the entry
     * @param by who wants to see it, and why
     * @return the entry, or nothing if there is none
     * @throws ProblemException unless {@code integration.dead-letters.reveal} allows it; nothing is noted then
     */
    Optional<DeadLetterDetails> reveal(String id, Intervention by);

    /**
     * Lists entries in the order in which they were first stored, oldest first.
     *
     * @param filter which entries
     * @param afterId id of the last entry of the page before, {@code null} for the first page
     * @param limit how many at most
     * @return a page; shorter than {@code limit} only at the end
     * @throws ProblemException if there is no entry {@code afterId}
     */
    List<DeadLetter> list(DeadLetterFilter filter, @Nullable String afterId, int limit);

    /**
     * Counts entries.
     *
     * @param filter which entries
     * @return how many there are now
     */
    long count(DeadLetterFilter filter);

    /**
     * Counts entries by status and category, with one question for all.
     *
     * @param filter which entries
     * @return the counts above zero, by status and then category
     */
    List<DeadLetterCount> counts(DeadLetterFilter filter);

    /**
     * Lists entries that failed in the same way at the same place together.
     *
     * @param filter which entries
     * @param limit how many groups at most
     * @return the groups, that with the most entries first
     */
    List<DeadLetterGroup> groups(DeadLetterFilter filter, int limit);

    /**
     * Tells since when the oldest entry is there.
     *
     * @param filter which entries
     * @return first failure of the entry that was stored first, or nothing if there is none
     */
    Optional<Instant> oldest(DeadLetterFilter filter);

    /**
     * Hands entries to somebody, oldest first, a page at a time: memory is needed for one page however many there are.
     * An entry that is stored or closed meanwhile may be left out or be seen as it was, none comes twice.
     *
     * @param filter which entries
     * @param to takes each entry; what it throws ends the export and is thrown here
     * @return how many there were
     */
    long export(DeadLetterFilter filter, Consumer<DeadLetter> to);

    /**
     * Writes entries as JSON, one a line, in the order of {@link #export(DeadLetterFilter, Consumer)}; what an operator
     * sees of them, and so neither arguments nor payload nor headers.
     *
     * @param filter which entries
     * @param to takes the lines in UTF-8; is neither flushed nor closed
     * @return how many there were
     * @throws UncheckedIOException if the lines cannot be written
     */
    long export(DeadLetterFilter filter, OutputStream to);

    /**
     * Lists what a selection would replay now: entries that are open, and parked ones only if the filter asks for that
     * status.
     *
     * @param filter which entries
     * @param afterPosition {@linkplain DeadLetter#position() position} of the last entry of the page before, 0 for the
     *     first page
     * @param limit how many at most
     * @return a page, oldest first; shorter than {@code limit} only at the end
     */
    List<DeadLetter> replayable(DeadLetterFilter filter, long afterPosition, int limit);

    /**
     * Finds out which entries are open at this moment: those that {@link #replayable} lists and those that somebody is
     * replaying.
     *
     * @param filter which entries
     * @param names operations or destinations, one of which must be the entry's; empty for any
     * @return the selection, with its bound and size; empty if the filter asks for closed entries
     */
    OpenSelection selectOpen(DeadLetterFilter filter, Set<String> names);

    /**
     * Lists entries of a selection that are still open, or being replayed, oldest first.
     *
     * @param selection the selection
     * @param afterPosition position of the last entry of the page before, 0 for the first page
     * @param limit how many at most
     * @return a page; shorter than {@code limit} only at the end
     */
    List<OpenDeadLetter> listOpen(OpenSelection selection, long afterPosition, int limit);

    /**
     * Tells what was done to an entry.
     *
     * @param id id of the entry
     * @return the changes, oldest first; empty if there is no such entry
     */
    List<DeadLetterChange> history(String id);

    /**
     * Finds out what would keep an entry from being replayed, as far as that can be told without doing it: its operation
     * is gone, its arguments do not fit any more, nothing can send its message, its destination is unknown, or it cannot
     * be decrypted.
     *
     * @param id id of the entry
     * @return how a replay would fail, or nothing if it could be tried
     * @throws ProblemException if there is no such entry
     */
    Optional<ReplayResult> obstacle(String id);

    /**
     * Does a call or message again, on this thread. A call runs through the whole plan of its operation, with the
     * entry's correlation id, and outside any transaction of the store; a message is handed to the
     * {@link MessageReplayer}. Of several who replay the same entry one does, the others skip. An entry that is
     * resolved or discarded is skipped.
     *
     * @param id id of the entry
     * @param by who replays it, and why
     * @return how it ended; a failure of the call is a result, not an exception
     * @throws ProblemException if there is no such entry, if a message is to be replayed and nothing can send it, or if
     *     a transaction is active
     */
    ReplayResult replay(String id, Intervention by);

    /**
     * Does a call or message again, as the application itself.
     *
     * @param id id of the entry
     * @return how it ended
     * @see #replay(String, Intervention)
     */
    default ReplayResult replay(String id) {
        return replay(id, Intervention.ofApplication("replay"));
    }

    /**
     * Replays the given entries. In the database, messages are handed over together in one transaction where none is
     * refused, oldest first and before the calls; what is left is replayed one by one, in the order of the ids. Ends
     * early after an entry that this application itself {@linkplain ReplayResult#refused() refused}, and when the thread
     * is interrupted.
     *
     * @param ids ids of entries; a few hundred at a time
     * @param by who replays them, and why
     * @return how they ended, in the order of the ids, without those that were not tried any more
     * @throws ProblemException if a transaction is active
     */
    List<ReplayResult> replayAll(List<String> ids, Intervention by);

    /**
     * Replays {@linkplain #replayable replayable} entries one after the other, oldest first, each as
     * {@link #replay(String, Intervention)} does. Goes on after an entry that fails; stops when the application itself
     * refuses a call (its breaker is open) or the thread is interrupted.
     *
     * @param filter which entries; those that are resolved or discarded are left out
     * @param limit how many at most
     * @param by who replays them, and why
     * @return how they ended
     * @throws ProblemException if a transaction is active
     */
    ReplaySummary replay(DeadLetterFilter filter, int limit, Intervention by);

    /**
     * Replays open entries, as the application itself.
     *
     * @param filter which entries
     * @param limit how many at most
     * @return how they ended
     * @see #replay(DeadLetterFilter, int, Intervention)
     */
    default ReplaySummary replay(DeadLetterFilter filter, int limit) {
        return replay(filter, limit, Intervention.ofApplication("replay of a selection"));
    }

    /**
     * Closes an open or parked entry without doing it.
     *
     * @param id id of the entry
     * @param by who closes it, and why; the reason becomes the entry's note
     * @return whether this call closed it; {@code false} if there is no such entry, if it is closed already or being
     *     replayed
     */
    boolean discard(String id, Intervention by);

    /**
     * Closes an open entry without doing it, as the application itself.
     *
     * @param id id of the entry
     * @param reason why; kept as the entry's note
     * @return whether this call closed it
     * @see #discard(String, Intervention)
     */
    default boolean discard(String id, String reason) {
        return discard(id, Intervention.ofApplication(reason));
    }

    /**
     * Closes {@linkplain #replayable open} entries without doing them, oldest first, some hundred in one transaction. When it
     * fails, those of the transactions before stay closed.
     *
     * @param filter which entries; those that are parked only if the filter asks for that status
     * @param limit how many at most
     * @param by who closes them, and why
     * @return how many this call closed
     */
    int discard(DeadLetterFilter filter, int limit, Intervention by);

    /**
     * Sets an open entry aside: selections leave it out, and it stays so when the same is given up again.
     *
     * @param id id of the entry
     * @param by who sets it aside, and why; the reason becomes the entry's note
     * @return whether it was open
     */
    boolean park(String id, Intervention by);

    /**
     * Sets open entries aside, oldest first, some hundred in one transaction.
     *
     * @param filter which entries
     * @param limit how many at most
     * @param by who sets them aside, and why
     * @return how many this call set aside
     * @see #park(String, Intervention)
     */
    int park(DeadLetterFilter filter, int limit, Intervention by);

    /**
     * Takes up an entry that was set aside.
     *
     * @param id id of the entry
     * @param by who takes it up, and why; the reason becomes the entry's note
     * @return whether it was set aside
     */
    boolean unpark(String id, Intervention by);

    /**
     * Takes up entries that were set aside, oldest first, some hundred in one transaction.
     *
     * @param filter which entries
     * @param limit how many at most
     * @param by who takes them up, and why
     * @return how many this call took up
     * @see #unpark(String, Intervention)
     */
    int unpark(DeadLetterFilter filter, int limit, Intervention by);

    /**
     * Deletes closed entries with their history, oldest first, some hundred in one transaction. An open entry is never
     * deleted. What is left of the change is a line of the log.
     *
     * @param filter which entries
     * @param limit how many at most
     * @param by who deletes them, and why
     * @return how many this call deleted
     */
    int purge(DeadLetterFilter filter, int limit, Intervention by);

    /**
     * Does what the settings say about age: deletes entries that have been closed for longer than
     * {@code integration.dead-letters.retention}, and discards open and parked ones that failed last longer ago than
     * {@code integration.dead-letters.open-retention}, if that is set. Then sums up what was counted since, in a database,
     * so that {@link #counts} and {@link #groups} stay quick; the first time the entries themselves are counted, which
     * puts right what was changed by hand. May be called by any number of instances at once; the kit does so every ten
     * seconds.
     *
     * @param limit how many of each at most
     * @return the larger one of both numbers
     */
    int deleteExpired(int limit);

    /**
     * Tells whether entries survive a restart.
     *
     * @return whether they are in the database
     */
    boolean durable();

    /**
     * Returns how many calls and messages were stored, the same one as often as it was given up; one stored in a
     * transaction counts once that has committed, one given up again by its replay counts as a failed replay.
     *
     * @return number since start
     */
    long storedTotal();

    /**
     * Returns how many replays resolved their entry.
     *
     * @return number since start
     */
    long replayedTotal();

    /**
     * Returns how many replays were tried in vain.
     *
     * @return number since start
     */
    long replayFailedTotal();

    /**
     * Returns how many entries were discarded.
     *
     * @return number since start
     */
    long discardedTotal();
}
