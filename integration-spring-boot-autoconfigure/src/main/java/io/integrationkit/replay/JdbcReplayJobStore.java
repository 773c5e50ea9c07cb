package io.integrationkit.replay;

import io.integrationkit.call.PayloadCodec;
import io.integrationkit.deadletter.Intervention;
import io.integrationkit.deadletter.OpenSelection;
import io.integrationkit.jdbc.JdbcAccess;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Jobs in the table {@code integration_replay_job}. Leases are measured by the database's clock only; each claim raises
 * the epoch, and each write of who runs a job names owner and epoch. While a job has not ended, its purpose is in the
 * unique column {@code running_for}.
 */
final class JdbcReplayJobStore implements ReplayJobStore {

    private static final String SELECT = "select " + ReplayJobRows.COLUMNS + " from integration_replay_job where ";

    private static final String CLAIMED = " where id = ? and owner = ? and epoch = ?";

    private static final String PROGRESS = "last_position = ?, replayed = ?, failed = ?, skipped = ?, step = ?,"
            + " step_tried = ?, step_failed = ?, failures = ?";

    private static final int CANDIDATES = 10;

    private final JdbcAccess access;

    private final JdbcOperations jdbc;

    private final ReplayJobRows rows;

    private final String insert;

    private final String free;

    private final String claim;

    private final String renew;

    private final String save;

    private final String release;

    private final String end;

    private final String cancel;

    JdbcReplayJobStore(JdbcAccess access, PayloadCodec codec) {
        this.access = access;
        this.jdbc = access.jdbc();
        this.rows = new ReplayJobRows(codec, access.database());
        String clock = access.database().clock();
        String later = access.database().clockPlusMillis();
        this.insert = """
                insert into integration_replay_job (id, purpose, running_for, request, actor, reason, status, up_to, \
                total, last_position, replayed, failed, skipped, step, step_tried, step_failed, failures, started_at, \
                updated_at, epoch) values (?, ?, ?, ?, ?, ?, 'RUNNING', ?, ?, 0, 0, 0, 0, 0, 0, 0, ?, %1$s, %1$s, 0)""".formatted(clock);
        this.free = "status = 'RUNNING' and (lease_until is null or lease_until < %s)".formatted(clock);
        this.claim =
                "update integration_replay_job set owner = ?, epoch = epoch + 1, lease_until = %s where id = ? and %s"
                        .formatted(later, this.free);
        this.renew = "update integration_replay_job set lease_until = " + later + CLAIMED;
        this.save = "update integration_replay_job set lease_until = %s, updated_at = %s, ".formatted(later, clock)
                + PROGRESS
                + CLAIMED;
        this.release =
                "update integration_replay_job set lease_until = null, owner = null, updated_at = %s, ".formatted(clock)
                        + PROGRESS
                        + CLAIMED;
        String ended =
                "update integration_replay_job set status = ?, stopped = ?, ended_at = %1$s, updated_at = %1$s, running_for = null"
                        .formatted(clock);
        this.end = ended + ", lease_until = null, " + PROGRESS + CLAIMED + " and status = 'RUNNING'";
        this.cancel = ended + " where id = ? and status = 'RUNNING'";
    }

    @Override
    public @Nullable ReplayJob add(
            String id, @Nullable String purpose, ReplayRequest request, Intervention by, OpenSelection selection) {
        return this.access.<@Nullable ReplayJob>inNewTransaction(() -> this.access
                        .database()
                        .insertIfAbsent(
                                this.jdbc,
                                this.insert,
                                id,
                                purpose,
                                purpose,
                                this.rows.json(request),
                                by.actor(),
                                by.reason(),
                                selection.upTo(),
                                total(request, selection),
                                this.rows.json(ReplayProgress.NONE.failures()))
                ? find(id).orElse(null)
                : null);
    }

    private static long total(ReplayRequest request, OpenSelection selection) {
        return (request.limit() != null) ? Math.min(request.limit(), selection.count()) : selection.count();
    }

    @Override
    public Optional<ReplayJob> find(String id) {
        return this.jdbc.query(SELECT + "id = ?", this.rows::job, id.replace('\0', ' ')).stream()
                .findFirst();
    }

    @Override
    public Optional<ReplayJob> findByPurpose(String purpose) {
        return this.access.inNewTransaction(
                () -> this.jdbc.query(SELECT + "running_for = ?", this.rows::job, purpose).stream()
                        .findFirst());
    }

    @Override
    public List<ReplayJob> last(int limit) {
        return this.jdbc.query(SELECT + "1 = 1 order by seq desc limit ?", this.rows::job, limit);
    }

    @Override
    public int unended() {
        Integer count = this.jdbc.queryForObject(
                "select count(*) from integration_replay_job where status = 'RUNNING'", Integer.class);
        return (count != null) ? count : 0;
    }

    @Override
    public @Nullable JobClaim claim(String owner, Duration lease) {
        List<String> candidates = this.jdbc.query(
                "select id from integration_replay_job where " + this.free + " order by seq limit " + CANDIDATES,
                (row, index) -> Objects.requireNonNull(row.getString("id")));
        for (String id : candidates) {
            JobClaim claimed = claim(id, owner, lease);
            if (claimed != null) {
                return claimed;
            }
        }
        return null;
    }

    private @Nullable JobClaim claim(String id, String owner, Duration lease) {
        return this.access.<@Nullable JobClaim>inNewTransaction(() -> {
            if (this.jdbc.update(this.claim, owner, lease.toMillis(), id) == 0) {
                return null;
            }
            return this.jdbc.queryForObject(
                    SELECT + "id = ?",
                    (row, index) -> new JobClaim(this.rows.job(row, index), owner, row.getLong("epoch")),
                    id);
        });
    }

    @Override
    public Standing renew(JobClaim claim, Duration lease) {
        return change(claim, this.renew, lease.toMillis(), claim.job().id(), claim.owner(), claim.epoch());
    }

    @Override
    public Standing save(JobClaim claim, ReplayProgress progress, Duration lease) {
        return change(claim, this.save, this.rows.values(progress, claim, lease.toMillis()));
    }

    @Override
    public Standing release(JobClaim claim, ReplayProgress progress) {
        return change(claim, this.release, this.rows.values(progress, claim));
    }

    private Standing change(JobClaim claim, String sql, @Nullable Object... values) {
        return this.access.inNewTransaction(() -> changed(claim, sql, values));
    }

    private Standing changed(JobClaim claim, String sql, @Nullable Object... values) {
        return (this.jdbc.update(sql, values) == 1) ? standing(claim) : Standing.LOST;
    }

    private Standing standing(JobClaim claim) {
        String status = this.jdbc.queryForObject(
                "select status from integration_replay_job where id = ?",
                String.class,
                claim.job().id());
        return ReplayJob.Status.RUNNING.name().equals(status) ? Standing.HELD : Standing.CANCELLED;
    }

    @Override
    public Standing end(JobClaim claim, ReplayProgress progress, ReplayJob.Status status, @Nullable String stopped) {
        return this.access.inNewTransaction(() -> {
            boolean ended = this.jdbc.update(this.end, this.rows.values(progress, claim, status.name(), stopped)) == 1;
            return ended ? Standing.HELD : changed(claim, this.release, this.rows.values(progress, claim));
        });
    }

    @Override
    public boolean cancel(String id, String stopped) {
        return this.access.inNewTransaction(
                () -> this.jdbc.update(this.cancel, ReplayJob.Status.CANCELLED.name(), stopped, id) == 1);
    }

    @Override
    public void deleteEnded(int kept) {
        List<Long> first = this.jdbc.query(
                "select seq from integration_replay_job where status <> 'RUNNING' order by seq desc limit 1 offset ?",
                (row, index) -> row.getLong("seq"),
                kept);
        if (!first.isEmpty()) {
            this.access.inNewTransaction(() -> this.jdbc.update(
                    "delete from integration_replay_job where status <> 'RUNNING' and seq <= ?", first.get(0)));
        }
    }
}
