package io.integrationkit.deadletter;

import io.integrationkit.deadletter.DeadLetter.Status;
import io.integrationkit.deadletter.DeadLetterChange.Action;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.jdbc.OneOf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * The changes of operators and replays, in the table {@code integration_dead_letter}. Each locks the entries it changes,
 * reads what they are, changes them, and writes history and tally, in one transaction.
 */
final class JdbcDeadLetterClaims implements DeadLetterClaims {

    private static final String CLAIMABLE =
            "(status in ('NEW', 'PARKED') or (status = 'REPLAYING' and lease_until < %s))";

    private static final String ENTRY_AND_CONTENT =
            "select %s, %s".formatted(DeadLetterRows.COLUMNS, DeadLetterRows.CONTENT_COLUMNS);

    static final String CLAIM_COLUMNS = ENTRY_AND_CONTENT + " from integration_dead_letter";

    private static final String LOCK_HELD =
            "select " + DeadLetterRows.COLUMNS + ", revision from integration_dead_letter"
                    + " where id = ? and status = 'REPLAYING' and owner = ? and epoch = ? for update";

    private static final String REOPEN = """
            update integration_dead_letter set status = 'NEW', replays = replays + 1, note = ?, owner = null, \
            lease_until = null where id = ?""";

    private static final Comparator<DeadLetter> BY_KEY =
            Comparator.comparing(DeadLetter::name).thenComparing((letter) -> String.valueOf(letter.key()));

    private final JdbcAccess access;

    private final JdbcOperations jdbc;

    private final DeadLetterRows rows;

    private final JdbcTally tally;

    private final JdbcDeadLetterHistory history;

    private final String clock;

    private final String claimable;

    private final String claim;

    private final String resolve;

    private final String lockMessages;

    JdbcDeadLetterClaims(JdbcAccess access, DeadLetterRows rows, JdbcTally tally, JdbcDeadLetterHistory history) {
        this.access = access;
        this.jdbc = access.jdbc();
        this.rows = rows;
        this.tally = tally;
        this.history = history;
        this.clock = access.database().clock();
        this.claimable = CLAIMABLE.formatted(this.clock);
        this.claim =
                "update integration_dead_letter set status = 'REPLAYING', owner = ?, epoch = epoch + 1, lease_until = %s where id = ?"
                        .formatted(access.database().clockPlusMillis());
        this.resolve = """
                update integration_dead_letter set status = 'RESOLVED', closed_at = %s, closed_by = ?, closed_reason = ?, \
                replays = replays + 1, note = null, owner = null, lease_until = null, epoch = epoch + 1 where""".formatted(this.clock) + " ";
        // Not a condition: a planner that takes open entries for few would look through all of them for each batch.
        this.lockMessages = ENTRY_AND_CONTENT + ", case when " + this.claimable
                + " then 1 else 0 end as claimable from integration_dead_letter"
                + " where %s and kind = 'MESSAGE' order by seq for update skip locked";
    }

    /** A condition: what a selection may claim now. */
    String selectable(@Nullable Status asked) {
        return (asked == Status.PARKED)
                ? this.claimable
                : "(status = 'NEW' or (status = 'REPLAYING' and lease_until < %s))".formatted(this.clock);
    }

    @Override
    public @Nullable Claim claim(String id, String owner, Duration lease) {
        return this.access.<@Nullable Claim>inNewTransaction(() -> {
            List<Claim> open = this.jdbc.query(
                    CLAIM_COLUMNS + " where id = ? and " + this.claimable + " for update", this.rows::claim, id);
            if (open.isEmpty()) {
                return null;
            }
            Claim before = open.get(0);
            this.jdbc.update(this.claim, owner, lease.toMillis(), id);
            this.tally.write(new Tally().moved(before.letter(), Status.REPLAYING));
            return before.takenBy(owner);
        });
    }

    @Override
    public boolean resolve(Claim claim, Intervention by, Runnable together) {
        return this.access.inNewTransaction(() -> {
            Held held = lockHeld(claim);
            if (held == null) {
                return false;
            }
            boolean covered = held.revision() == claim.revision();
            if (covered) {
                resolve(List.of(held.letter()), by);
            } else {
                this.jdbc.update(REOPEN, null, held.letter().id());
            }
            this.tally.write(new Tally().moved(held.letter(), covered ? Status.RESOLVED : Status.NEW));
            together.run();
            if (!covered) {
                this.history.note(held.letter().id(), Action.REPLAYED, by.actor(), by.reason());
            }
            return true;
        });
    }

    private @Nullable Held lockHeld(Claim claim) {
        List<Held> held = this.jdbc.query(
                LOCK_HELD,
                (row, index) -> new Held(this.rows.letter(row, index), row.getLong("revision")),
                claim.letter().id(),
                claim.owner(),
                claim.epoch());
        return held.isEmpty() ? null : held.get(0);
    }

    /**
     * The rows stay locked from being read to the commit, so nobody can claim or store them in between: no claim needs
     * to be written first, and a crash leaves each entry as it was and its message unsent.
     */
    @Override
    public List<String> resolveMessages(List<String> ids, Intervention by, Consumer<List<Claim>> together) {
        if (ids.isEmpty()) {
            return List.of();
        }
        return this.access.inNewTransaction(() -> {
            List<Claim> claims = new ArrayList<>();
            OneOf wanted = ids(ids);
            this.jdbc.query(
                    this.lockMessages.formatted(wanted.sql()),
                    (row) -> {
                        if (row.getInt("claimable") == 1) {
                            claims.add(this.rows.claim(row, claims.size()));
                        }
                    },
                    wanted.after());
            if (claims.isEmpty()) {
                return List.of();
            }
            together.accept(claims);
            List<DeadLetter> resolved = claims.stream().map(Claim::letter).toList();
            resolve(resolved, by);
            this.tally.write(allMoved(resolved, Status.RESOLVED));
            return resolved.stream().map(DeadLetter::id).toList();
        });
    }

    private void resolve(List<DeadLetter> letters, Intervention by) {
        OneOf resolved = positions(letters);
        this.jdbc.update(this.resolve + resolved.sql(), resolved.after(by.actor(), by.reason()));
    }

    private OneOf ids(List<String> ids) {
        return OneOf.texts(this.access.database(), "id", ids);
    }

    /** Rows are found in their order, and so faster than by their ids. */
    private OneOf positions(List<DeadLetter> letters) {
        return OneOf.numbers(
                this.access.database(),
                "seq",
                letters.stream().map(DeadLetter::position).toList());
    }

    private static Tally allMoved(List<DeadLetter> letters, Status after) {
        Tally tally = new Tally();
        letters.forEach((letter) -> tally.moved(letter, after));
        return tally;
    }

    @Override
    public boolean reopen(Claim claim, @Nullable LastFailure failure, String note, Intervention by) {
        return this.access.inNewTransaction(() -> {
            Held held = lockHeld(claim);
            if (held == null) {
                return false;
            }
            String id = held.letter().id();
            this.jdbc.update(REOPEN, note, id);
            if (failure != null) {
                this.jdbc.update(
                        JdbcDeadLetterStore.NOTE_FAILURE,
                        this.rows.values(failure).with(id).toArray());
            }
            this.tally.write(
                    (failure != null)
                            ? new Tally().failed(held.letter(), failure, Status.NEW)
                            : new Tally().moved(held.letter(), Status.NEW));
            this.history.note(id, Action.REPLAY_FAILED, by.actor(), note);
            return true;
        });
    }

    @Override
    public int discardAll(List<String> ids, Intervention by, Consumer<DeadLetter> told) {
        return this.access.inNewTransaction(() -> {
            List<DeadLetter> letters = lock(ids, this.claimable);
            change(letters, Status.DISCARDED, ", closed_at = " + this.clock + ", closed_by = ?, closed_reason = ?", by);
            // In one order, so that of two who close entries of the same keys neither waits for the other in a circle.
            letters.stream().sorted(BY_KEY).forEach(told);
            return letters.size();
        });
    }

    @Override
    public int parkAll(List<String> ids, Intervention by) {
        return this.access.inNewTransaction(() -> {
            List<DeadLetter> letters = lock(ids, this.claimable + " and status <> 'PARKED'");
            change(letters, Status.PARKED, "", by);
            noteAll(letters, Action.PARKED, by);
            return letters.size();
        });
    }

    @Override
    public int unparkAll(List<String> ids, Intervention by) {
        return this.access.inNewTransaction(() -> {
            List<DeadLetter> letters = lock(ids, "status = 'PARKED'");
            change(letters, Status.NEW, "", by);
            noteAll(letters, Action.UNPARKED, by);
            return letters.size();
        });
    }

    /**
     * The rows stay locked from being read to the commit. One entry is waited for; of several, those that others have
     * locked are left to them.
     */
    private List<DeadLetter> lock(List<String> ids, String condition) {
        if (ids.isEmpty()) {
            return List.of();
        }
        OneOf wanted = ids(ids);
        String lock = "select %s from integration_dead_letter where %s and %s order by seq for update%s"
                .formatted(DeadLetterRows.COLUMNS, wanted.sql(), condition, (ids.size() > 1) ? " skip locked" : "");
        return this.jdbc.query(lock, this.rows::letter, wanted.after());
    }

    private void change(List<DeadLetter> letters, Status status, String closing, Intervention by) {
        if (!letters.isEmpty()) {
            OneOf changed = positions(letters);
            this.jdbc.update(
                    "update integration_dead_letter set status = '%s', note = ?, owner = null, epoch = epoch + 1, lease_until = null%s where %s"
                            .formatted(status, closing, changed.sql()),
                    closing.isEmpty()
                            ? changed.after(by.reason())
                            : changed.after(by.reason(), by.actor(), by.reason()));
            this.tally.write(allMoved(letters, status));
        }
    }

    private void noteAll(List<DeadLetter> letters, Action action, Intervention by) {
        if (!letters.isEmpty()) {
            this.history.noteAll(letters.stream().map(DeadLetter::id).toList(), action, by);
        }
    }

    @Override
    public boolean revealed(String id, Intervention by) {
        return this.access.inNewTransaction(() -> this.history.note(id, Action.REVEALED, by.actor(), by.reason()) == 1);
    }

    /** An entry whose claim still holds, and how often it has been stored. */
    private record Held(DeadLetter letter, long revision) {}
}
