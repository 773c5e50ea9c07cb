package io.integrationkit.replay;

import io.integrationkit.call.PayloadCodec;
import io.integrationkit.deadletter.Intervention;
import io.integrationkit.deadletter.ReplayResult;
import io.integrationkit.jdbc.Database;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads and writes rows of the table of the jobs. */
final class ReplayJobRows {

    static final String COLUMNS = """
            id, purpose, request, actor, reason, status, up_to, total, last_position, replayed, failed, skipped, \
            step, step_tried, step_failed, failures, started_at, updated_at, ended_at, stopped, epoch""";

    private final PayloadCodec codec;

    private final Database database;

    ReplayJobRows(PayloadCodec codec, Database database) {
        this.codec = codec;
        this.database = database;
    }

    ReplayJob job(ResultSet row, int index) throws SQLException {
        return new ReplayJob(
                text(row, "id"),
                row.getString("purpose"),
                read(row, "request", ReplayRequest.class),
                new Intervention(text(row, "actor"), text(row, "reason")),
                ReplayJob.Status.valueOf(text(row, "status")),
                row.getLong("up_to"),
                row.getLong("total"),
                progress(row),
                required(this.database.moment(row, "started_at"), "started_at"),
                required(this.database.moment(row, "updated_at"), "updated_at"),
                moment(row, "ended_at"),
                row.getString("stopped"));
    }

    private ReplayProgress progress(ResultSet row) throws SQLException {
        return new ReplayProgress(
                row.getLong("last_position"),
                row.getLong("replayed"),
                row.getLong("failed"),
                row.getLong("skipped"),
                row.getInt("step"),
                row.getInt("step_tried"),
                row.getInt("step_failed"),
                List.of(read(row, "failures", ReplayResult[].class)));
    }

    private <T> T read(ResultSet row, String column, Class<T> type) throws SQLException {
        byte[] json = text(row, column).getBytes(StandardCharsets.UTF_8);
        return required(type.cast(this.codec.read(json, type)), column);
    }

    private @Nullable Instant moment(ResultSet row, String column) throws SQLException {
        return this.database.moment(row, column);
    }

    String json(Object value) {
        return new String(this.codec.write(value), StandardCharsets.UTF_8);
    }

    /** The values of a statement: what comes first, the progress, and who holds the claim. */
    @Nullable
    Object[] values(ReplayProgress progress, JobClaim claim, @Nullable Object... first) {
        List<@Nullable Object> values = new ArrayList<@Nullable Object>(Arrays.<@Nullable Object>asList(first));
        values.addAll(List.of(
                progress.position(),
                progress.replayed(),
                progress.failed(),
                progress.skipped(),
                progress.step(),
                progress.stepTried(),
                progress.stepFailed(),
                json(progress.failures()),
                claim.job().id(),
                claim.owner(),
                claim.epoch()));
        return values.toArray();
    }

    private static String text(ResultSet row, String column) throws SQLException {
        return required(row.getString(column), column);
    }

    private static <T> T required(@Nullable T value, String column) {
        return Objects.requireNonNull(value, () -> "integration_replay_job." + column + " is null");
    }
}
