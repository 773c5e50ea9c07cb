package io.integrationkit.outbox;

import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** Looks into the outbox tables. Pauses are rows of {@code integration_outbox_meta}, so that all instances see them. */
final class JdbcOutboxInspection implements OutboxInspection {

    private static final String PAUSED = "paused:";

    private final JdbcAccess access;

    private final RelayTransactions transactions;

    JdbcOutboxInspection(JdbcAccess access, OutboxSpec spec) {
        this.access = access;
        this.transactions = new RelayTransactions(access, spec);
    }

    @Override
    public Map<String, OutboxBacklog> backlogs() {
        Map<String, OutboxBacklog> backlogs = new TreeMap<>();
        this.access
                .jdbc()
                .query(
                        "SELECT destination, count(*), %s FROM integration_outbox GROUP BY destination"
                                .formatted(this.access.database().millisUntil("min(created_at)")),
                        (ResultSet row) -> {
                            backlogs.put(
                                    row.getString(1),
                                    new OutboxBacklog(row.getLong(2), Duration.ofMillis(Math.max(0, -row.getLong(3)))));
                        });
        return backlogs;
    }

    @Override
    public List<OutboxStatus.Shard> shards() {
        Map<Integer, Long> messages = new HashMap<>();
        this.access.jdbc().query("SELECT shard, count(*) FROM integration_outbox GROUP BY shard", (ResultSet row) -> {
            messages.put(row.getInt(1), row.getLong(2));
        });
        return this.access
                .jdbc()
                .query(
                        "SELECT shard, owner, epoch, %s FROM integration_outbox_lease ORDER BY shard"
                                .formatted(this.access.database().millisUntil("expires_at")),
                        (row, index) -> shard(row, messages));
    }

    private static OutboxStatus.Shard shard(ResultSet row, Map<Integer, Long> messages) throws SQLException {
        int number = row.getInt(1);
        return new OutboxStatus.Shard(
                number,
                row.getString(2),
                row.getLong(3),
                Duration.ofMillis(row.getLong(4)),
                messages.getOrDefault(number, 0L));
    }

    @Override
    public List<OutboxDiagnosis> database(Duration patience) {
        return (this.access.database() == Database.POSTGRESQL)
                ? new PostgresDiagnoses(this.access.jdbc()).find(patience)
                : List.of();
    }

    @Override
    public Set<String> paused() {
        Set<String> paused = new HashSet<>();
        for (String name : this.access
                .jdbc()
                .queryForList(
                        "SELECT name FROM integration_outbox_meta WHERE name LIKE '" + PAUSED + "%'", String.class)) {
            paused.add(Objects.requireNonNull(name).substring(PAUSED.length()));
        }
        return paused;
    }

    @Override
    public boolean addPause(String destination) {
        return this.access.inNewTransaction(() -> this.access
                .database()
                .insertIfAbsent(
                        this.access.jdbc(),
                        "INSERT INTO integration_outbox_meta (name, setting) VALUES (?, ?)",
                        PAUSED + destination,
                        "true"));
    }

    @Override
    public boolean removePause(String destination) {
        return this.access.inNewTransaction(() ->
                this.access.jdbc().update("DELETE FROM integration_outbox_meta WHERE name = ?", PAUSED + destination)
                        == 1);
    }

    @Override
    public boolean endLease(int shard) {
        String now = this.access.database().clock();
        return this.transactions.inNew(() -> this.access
                        .jdbc()
                        .update(
                                ("UPDATE integration_outbox_lease SET expires_at = %s, owner = NULL, epoch = epoch + 1"
                                                + " WHERE shard = ? AND expires_at > %s")
                                        .formatted(now, now),
                                shard)
                == 1);
    }
}
