package io.integrationkit.deadletter;

import io.integrationkit.deadletter.DeadLetterChange.Action;
import io.integrationkit.jdbc.JdbcAccess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/** The changes of operators and replays, in the tables {@code integration_dead_letter} and its history. */
final class JdbcDeadLetterClaims implements DeadLetterClaims {

    private static final String CLAIMED = " where id = ? and status = 'REPLAYING' and owner = ? and epoch = ?";

    private static final String CLAIMABLE =
            "(status in ('NEW', 'PARKED') or (status = 'REPLAYING' and lease_until < %s))";

    private static final String REOPEN = """
            update integration_dead_letter set status = 'NEW', replays = replays + 1, note = ?, owner = null, \
            lease_until = null""" + CLAIMED;

    static final String CLAIM_COLUMNS = "select %s, %s from integration_dead_letter"
            .formatted(DeadLetterRows.COLUMNS, DeadLetterRows.CONTENT_COLUMNS);

    private static final String UNPARK =
            "update integration_dead_letter set status = 'NEW', note = ? where id = ? and status = 'PARKED'";

    private static final Comparator<DeadLetter> BY_KEY =
            Comparator.comparing(DeadLetter::name).thenComparing((letter) -> String.valueOf(letter.key()));

    private final JdbcAccess access;

    private final JdbcOperations jdbc;

    private final DeadLetterRows rows;

    private final String clock;

    private final String claimable;

    private final String claim;

    private final String resolve;

    private final String discard;

    private final String park;

    private final String note;

    private final String lockMessages;

    JdbcDeadLetterClaims(JdbcAccess access, DeadLetterRows rows) {
        this.access = access;
        this.jdbc = access.jdbc();
        this.rows = rows;
        this.clock = access.database().clock();
        this.claimable = CLAIMABLE.formatted(this.clock);
        this.claim = """
                update integration_dead_letter set status = 'REPLAYING', owner = ?, epoch = epoch + 1, \
                lease_until = %s where id = ? and %s""".formatted(access.database().clockPlusMillis(), this.claimable);
        this.resolve = """
                update integration_dead_letter set status = case when revision = ? then 'RESOLVED' else 'NEW' end, \
                closed_at = case when revision = ? then %s else null end, replays = replays + 1, note = null, \
                owner = null, lease_until = null""".formatted(this.clock) + CLAIMED;
        String set = "update integration_dead_letter set status = '%s', note = ?, owner = null, epoch = epoch + 1, "
                + "lease_until = null%s where id = ? and %s";
        this.discard = set.formatted("DISCARDED", ", closed_at = " + this.clock, this.claimable);
        this.park = set.formatted("PARKED", "", this.claimable) + " and status <> 'PARKED'";
        // Not a condition: a planner that takes open entries for few would look through all of them for each batch.
        this.lockMessages = "select %s, %s, case when %s then 1 else 0 end as claimable from integration_dead_letter"
                        .formatted(DeadLetterRows.COLUMNS, DeadLetterRows.CONTENT_COLUMNS, this.claimable)
                + " where id in (%s) and kind = 'MESSAGE' order by seq for update skip locked";
        this.note = """
                insert into integration_dead_letter_history (entry_id, happened_at, action, actor, reason) \
                select id, %s, ?, ?, ? from integration_dead_letter where id""".formatted(this.clock);
    }

    /** A condition: what a selection may claim now. */
    String selectable(DeadLetter.@Nullable Status asked) {
        return (asked == DeadLetter.Status.PARKED)
                ? this.claimable
                : "(status = 'NEW' or (status = 'REPLAYING' and lease_until < %s))".formatted(this.clock);
    }

    @Override
    public @Nullable Claim claim(String id, String owner, Duration lease) {
        return this.access.<@Nullable Claim>inNewTransaction(() -> {
            if (this.jdbc.update(this.claim, owner, lease.toMillis(), id) == 0) {
                return null;
            }
            return this.jdbc.queryForObject(CLAIM_COLUMNS + " where id = ?", this.rows::claim, id);
        });
    }

    @Override
    public boolean resolve(Claim claim, Intervention by, Runnable together) {
        return this.access.inNewTransaction(() -> {
            String id = claim.letter().id();
            boolean held =
                    this.jdbc.update(this.resolve, claim.revision(), claim.revision(), id, claim.owner(), claim.epoch())
                            == 1;
            if (held) {
                together.run();
                note(id, Action.REPLAYED, by.actor(), by.reason());
            }
            return held;
        });
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
            this.jdbc.query(
                    this.lockMessages.formatted(marks(ids)),
                    (row) -> {
                        if (row.getInt("claimable") == 1) {
                            claims.add(this.rows.claim(row, claims.size()));
                        }
                    },
                    ids.toArray());
            if (claims.isEmpty()) {
                return List.of();
            }
            together.accept(claims);
            List<String> resolved =
                    claims.stream().map((each) -> each.letter().id()).toList();
            this.jdbc.update("""
                    update integration_dead_letter set status = 'RESOLVED', closed_at = %s, replays = replays + 1, \
                    note = null, owner = null, lease_until = null, epoch = epoch + 1 where id in (%s)""".formatted(this.clock, marks(resolved)), resolved.toArray());
            noteAll(resolved, Action.REPLAYED, by);
            return resolved;
        });
    }

    private static String marks(List<String> values) {
        return String.join(", ", Collections.nCopies(values.size(), "?"));
    }

    @Override
    public boolean reopen(Claim claim, @Nullable LastFailure failure, String note, Intervention by) {
        String id = claim.letter().id();
        return this.access.inNewTransaction(() -> {
            boolean held = this.jdbc.update(REOPEN, note, id, claim.owner(), claim.epoch()) == 1;
            if (held && failure != null) {
                this.jdbc.update(
                        JdbcDeadLetterStore.NOTE_FAILURE,
                        this.rows.values(failure).with(id).toArray());
            }
            if (held) {
                note(id, Action.REPLAY_FAILED, by.actor(), note);
            }
            return held;
        });
    }

    @Override
    public boolean discard(String id, Intervention by, Consumer<DeadLetter> told) {
        return this.access.inNewTransaction(() -> {
            boolean closed = this.jdbc.update(this.discard, by.reason(), id) == 1;
            if (closed) {
                note(id, Action.DISCARDED, by.actor(), by.reason());
                this.jdbc
                        .query(
                                "select " + DeadLetterRows.COLUMNS + " from integration_dead_letter where id = ?",
                                this.rows::letter,
                                id)
                        .forEach(told);
            }
            return closed;
        });
    }

    @Override
    public boolean park(String id, Intervention by) {
        return change(this.park, id, Action.PARKED, by);
    }

    @Override
    public boolean unpark(String id, Intervention by) {
        return change(UNPARK, id, Action.UNPARKED, by);
    }

    private boolean change(String sql, String id, Action action, Intervention by) {
        return this.access.inNewTransaction(() -> {
            boolean changed = this.jdbc.update(sql, by.reason(), id) == 1;
            if (changed) {
                note(id, action, by.actor(), by.reason());
            }
            return changed;
        });
    }

    @Override
    public int discardAll(List<String> ids, Intervention by, Consumer<DeadLetter> told) {
        return changeAll("DISCARDED", ", closed_at = " + this.clock, ids, this.claimable, Action.DISCARDED, by, told);
    }

    @Override
    public int parkAll(List<String> ids, Intervention by) {
        String open = this.claimable + " and status <> 'PARKED'";
        return changeAll("PARKED", "", ids, open, Action.PARKED, by, (parked) -> {});
    }

    @Override
    public int unparkAll(List<String> ids, Intervention by) {
        return changeAll("NEW", "", ids, "status = 'PARKED'", Action.UNPARKED, by, (taken) -> {});
    }

    /**
     * The rows stay locked from being read to the commit; those that others have locked are left to them. Keys are told in
     * one order, so that of two who close entries of the same keys neither waits for the other in a circle.
     */
    private int changeAll(
            String status,
            String further,
            List<String> ids,
            String condition,
            Action action,
            Intervention by,
            Consumer<DeadLetter> told) {
        if (ids.isEmpty()) {
            return 0;
        }
        String lock =
                "select %s from integration_dead_letter where id in (%s) and %s order by seq for update skip locked"
                        .formatted(DeadLetterRows.COLUMNS, marks(ids), condition);
        return this.access.inNewTransaction(() -> {
            List<DeadLetter> letters = this.jdbc.query(lock, this.rows::letter, ids.toArray());
            if (letters.isEmpty()) {
                return 0;
            }
            List<String> locked = letters.stream().map(DeadLetter::id).toList();
            List<Object> values = new ArrayList<>(List.of(by.reason()));
            values.addAll(locked);
            this.jdbc.update(
                    "update integration_dead_letter set status = '%s', note = ?, owner = null, epoch = epoch + 1, lease_until = null%s where id in (%s)"
                            .formatted(status, further, marks(locked)),
                    values.toArray());
            noteAll(locked, action, by);
            letters.stream().sorted(BY_KEY).forEach(told);
            return locked.size();
        });
    }

    @Override
    public boolean revealed(String id, Intervention by) {
        return this.access.inNewTransaction(() -> note(id, Action.REVEALED, by.actor(), by.reason()) == 1);
    }

    private void noteAll(List<String> ids, Action action, Intervention by) {
        List<Object> values = new ArrayList<>(List.of(action.name(), by.actor(), by.reason()));
        values.addAll(ids);
        this.jdbc.update(this.note + " in (" + marks(ids) + ")", values.toArray());
    }

    private int note(String id, Action action, String actor, @Nullable String reason) {
        return this.jdbc.update(this.note + " = ?", action.name(), actor, reason, id);
    }
}
