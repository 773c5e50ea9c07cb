package io.integrationkit.deadletter;

import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetterChange.Action;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Entries in memory, in the order in which they were first stored. Knows no transactions: what is stored stays stored.
 * When it is full, the oldest closed entry makes room; an open one never does.
 */
final class MemoryDeadLetterStore implements DeadLetterStore, DeadLetterClaims {

    private final Map<String, MemoryEntry> entries = new LinkedHashMap<>();

    private final int maxEntries;

    private final TimeSource time;

    private long lastPosition;

    MemoryDeadLetterStore(int maxEntries, TimeSource time) {
        this.maxEntries = maxEntries;
        this.time = time;
    }

    @Override
    public boolean canJoin() {
        return false;
    }

    @Override
    public synchronized void put(GivenUp givenUp, boolean join) {
        MemoryEntry entry = this.entries.get(givenUp.id());
        if (entry != null) {
            entry.storeAgain(givenUp);
            return;
        }
        if (this.entries.size() >= this.maxEntries && !removeOldestClosed()) {
            throw new ProblemException(
                    ProblemCode.STORE_FULL,
                    FailureCategory.TEMPORARY,
                    "a dead letter of %s cannot be kept: integration.dead-letters.max-entries=%d open entries are in memory; replay or discard some, or keep them in a database"
                            .formatted(givenUp.name(), this.maxEntries));
        }
        this.entries.put(givenUp.id(), new MemoryEntry(++this.lastPosition, givenUp));
    }

    private boolean removeOldestClosed() {
        Iterator<MemoryEntry> oldestFirst = this.entries.values().iterator();
        while (oldestFirst.hasNext()) {
            if (oldestFirst.next().closed()) {
                oldestFirst.remove();
                return true;
            }
        }
        return false;
    }

    @Override
    public synchronized void noteFailure(String id, LastFailure failure) {
        MemoryEntry entry = this.entries.get(id);
        if (entry != null && entry.letter().status() == DeadLetter.Status.REPLAYING) {
            entry.fail(failure);
        }
    }

    @Override
    public synchronized Optional<DeadLetter> find(String id) {
        return Optional.ofNullable(this.entries.get(id)).map(MemoryEntry::letter);
    }

    @Override
    public synchronized Optional<StoredEntry> read(String id) {
        return Optional.ofNullable(this.entries.get(id)).map(MemoryEntry::stored);
    }

    @Override
    public synchronized List<DeadLetter> list(DeadLetterFilter filter, long afterPosition, int limit) {
        return page(filter, afterPosition, limit, (entry) -> true);
    }

    @Override
    public synchronized List<DeadLetter> replayable(DeadLetterFilter filter, long afterPosition, int limit) {
        long now = this.time.nanoTime();
        return page(
                filter,
                afterPosition,
                limit,
                (filter.status() == DeadLetter.Status.PARKED)
                        ? (entry) -> entry.claimable(now)
                        : (entry) -> entry.selectable(now));
    }

    private List<DeadLetter> page(
            DeadLetterFilter filter, long afterPosition, int limit, Predicate<MemoryEntry> condition) {
        return this.entries.values().stream()
                .filter((entry) -> entry.position() > afterPosition && condition.test(entry))
                .map(MemoryEntry::letter)
                .filter(filter::matches)
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized long count(DeadLetterFilter filter) {
        return matching(filter).count();
    }

    @Override
    public synchronized List<DeadLetterCount> counts(DeadLetterFilter filter) {
        return DeadLetterGroups.counts(matching(filter).toList());
    }

    @Override
    public synchronized List<DeadLetterGroup> groups(DeadLetterFilter filter, int limit) {
        return DeadLetterGroups.of(matching(filter).toList(), limit);
    }

    @Override
    public synchronized Optional<Instant> oldest(DeadLetterFilter filter) {
        return matching(filter).findFirst().map(DeadLetter::firstFailedAt);
    }

    private Stream<DeadLetter> matching(DeadLetterFilter filter) {
        return this.entries.values().stream().map(MemoryEntry::letter).filter(filter::matches);
    }

    @Override
    public synchronized int delete(List<String> ids) {
        return remove(ids.stream().map(this.entries::get).filter(Objects::nonNull), ids.size());
    }

    @Override
    public synchronized int deleteClosed(Duration age, int limit) {
        Instant latest = this.time.now().minus(age);
        return remove(
                this.entries.values().stream().filter((entry) -> {
                    Instant closedAt = entry.letter().closedAt();
                    return closedAt != null && !closedAt.isAfter(latest);
                }),
                limit);
    }

    private int remove(Stream<MemoryEntry> candidates, int limit) {
        List<String> closed = candidates
                .filter(MemoryEntry::closed)
                .limit(limit)
                .map((entry) -> entry.letter().id())
                .toList();
        closed.forEach(this.entries::remove);
        return closed.size();
    }

    @Override
    public void sumUp(boolean again) {
        // Entries in memory are counted when somebody asks.
    }

    @Override
    public synchronized OpenSelection selectOpen(DeadLetterFilter filter, Set<String> names) {
        OpenSelection all = new OpenSelection(filter, names, Long.MAX_VALUE, 0);
        List<OpenDeadLetter> open = listOpen(all, 0, Integer.MAX_VALUE);
        return open.isEmpty()
                ? new OpenSelection(filter, names, 0, 0)
                : new OpenSelection(filter, names, open.get(open.size() - 1).position(), open.size());
    }

    @Override
    public synchronized List<OpenDeadLetter> listOpen(OpenSelection selection, long afterPosition, int limit) {
        DeadLetterFilter filter = selection.filter().withStatus(null);
        return this.entries.values().stream()
                .filter((entry) -> entry.position() > afterPosition && entry.position() <= selection.upTo())
                .filter((entry) -> selection.hasStatus(entry.letter().status()) && filter.matches(entry.letter()))
                .filter((entry) -> selection.names().isEmpty()
                        || selection.names().contains(entry.letter().name()))
                .limit(limit)
                .map(MemoryEntry::open)
                .toList();
    }

    @Override
    public synchronized List<DeadLetterChange> history(String id) {
        MemoryEntry entry = this.entries.get(id);
        return (entry != null) ? entry.history() : List.of();
    }

    @Override
    public DeadLetterClaims claims() {
        return this;
    }

    @Override
    public synchronized @Nullable Claim claim(String id, String owner, Duration lease) {
        MemoryEntry entry = this.entries.get(id);
        long now = this.time.nanoTime();
        if (entry == null || !entry.claimable(now)) {
            return null;
        }
        return entry.claim(owner, now + lease.toNanos());
    }

    @Override
    public boolean resolve(Claim claim, Intervention by, Runnable together) {
        if (held(claim) == null) {
            return false;
        }
        together.run();
        synchronized (this) {
            MemoryEntry entry = held(claim);
            if (entry != null) {
                entry.resolve(claim, this.time.now());
                note(entry, Action.REPLAYED, by.actor(), by.reason());
            }
            return entry != null;
        }
    }

    /** There is no transaction that could take back the first message when the second one is refused. */
    @Override
    public List<String> resolveMessages(List<String> ids, Intervention by, Consumer<List<Claim>> together) {
        throw new UnsupportedOperationException("Messages in memory are replayed one by one");
    }

    @Override
    public synchronized boolean reopen(Claim claim, @Nullable LastFailure failure, String note, Intervention by) {
        MemoryEntry entry = held(claim);
        if (entry == null) {
            return false;
        }
        if (failure != null) {
            entry.fail(failure);
        }
        entry.reopen(note);
        note(entry, Action.REPLAY_FAILED, by.actor(), note);
        return true;
    }

    private synchronized @Nullable MemoryEntry held(Claim claim) {
        MemoryEntry entry = this.entries.get(claim.letter().id());
        return (entry != null && entry.heldBy(claim)) ? entry : null;
    }

    @Override
    public boolean discard(String id, Intervention by, Consumer<DeadLetter> told) {
        DeadLetter closed = close(id, by);
        if (closed != null) {
            told.accept(closed);
        }
        return closed != null;
    }

    private synchronized @Nullable DeadLetter close(String id, Intervention by) {
        MemoryEntry entry = this.entries.get(id);
        if (entry == null || !entry.claimable(this.time.nanoTime())) {
            return null;
        }
        entry.discard(by.reason(), this.time.now());
        note(entry, Action.DISCARDED, by.actor(), by.reason());
        return entry.letter();
    }

    @Override
    public synchronized boolean park(String id, Intervention by) {
        MemoryEntry entry = this.entries.get(id);
        if (entry == null || !entry.selectable(this.time.nanoTime())) {
            return false;
        }
        entry.park(by.reason());
        note(entry, Action.PARKED, by.actor(), by.reason());
        return true;
    }

    @Override
    public synchronized boolean unpark(String id, Intervention by) {
        MemoryEntry entry = this.entries.get(id);
        if (entry == null || entry.letter().status() != DeadLetter.Status.PARKED) {
            return false;
        }
        entry.unpark(by.reason());
        note(entry, Action.UNPARKED, by.actor(), by.reason());
        return true;
    }

    @Override
    public int discardAll(List<String> ids, Intervention by, Consumer<DeadLetter> told) {
        return each(ids, (id) -> discard(id, by, told));
    }

    @Override
    public int parkAll(List<String> ids, Intervention by) {
        return each(ids, (id) -> park(id, by));
    }

    @Override
    public int unparkAll(List<String> ids, Intervention by) {
        return each(ids, (id) -> unpark(id, by));
    }

    private static int each(List<String> ids, Predicate<String> change) {
        return (int) ids.stream().filter(change).count();
    }

    @Override
    public synchronized boolean revealed(String id, Intervention by) {
        MemoryEntry entry = this.entries.get(id);
        if (entry != null) {
            note(entry, Action.REVEALED, by.actor(), by.reason());
        }
        return entry != null;
    }

    private void note(MemoryEntry entry, Action action, String actor, @Nullable String reason) {
        entry.note(this.time.now(), action, actor, reason);
    }

    @Override
    public boolean durable() {
        return false;
    }
}
