package io.integrationkit.outbox;

import java.util.List;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.RowMapper;

/**
 * The lease table where an update returns the rows it changed.
 *
 * @param renewal lease in milliseconds, owner; returns shard and epoch
 * @param claims owner, lease in milliseconds; returns shard and epoch
 * @param releases owner
 */
record ReturningLeaseTable(String renewal, String claims, String releases) implements LeaseTable {

    static final ReturningLeaseTable POSTGRESQL = new ReturningLeaseTable(
            """
            UPDATE integration_outbox_lease \
            SET expires_at = clock_timestamp() + ? * interval '1 millisecond' \
            WHERE owner = ? AND expires_at > clock_timestamp() RETURNING shard, epoch""", """
            UPDATE integration_outbox_lease SET owner = ?, epoch = epoch + 1, \
            expires_at = clock_timestamp() + ? * interval '1 millisecond' \
            WHERE shard IN (SELECT shard FROM integration_outbox_lease \
            WHERE expires_at <= clock_timestamp() FOR UPDATE SKIP LOCKED) \
            RETURNING shard, epoch""", "UPDATE integration_outbox_lease SET expires_at = clock_timestamp() WHERE owner = ?");

    static final ReturningLeaseTable H2 = new ReturningLeaseTable(
            """
            SELECT shard, epoch FROM FINAL TABLE (UPDATE integration_outbox_lease \
            SET expires_at = DATEADD(MILLISECOND, ?, current_timestamp(9)) \
            WHERE owner = ? AND expires_at > current_timestamp(9))""", """
            SELECT shard, epoch FROM FINAL TABLE (UPDATE integration_outbox_lease \
            SET owner = ?, epoch = epoch + 1, \
            expires_at = DATEADD(MILLISECOND, ?, current_timestamp(9)) \
            WHERE expires_at <= current_timestamp(9))""", "UPDATE integration_outbox_lease SET expires_at = current_timestamp(9) WHERE owner = ?");

    @Override
    public List<ShardLease> renew(JdbcOperations jdbc, String owner, long millis, RowMapper<ShardLease> lease) {
        return jdbc.query(this.renewal, lease, millis, owner);
    }

    @Override
    public List<ShardLease> claim(JdbcOperations jdbc, String owner, long millis, RowMapper<ShardLease> lease) {
        return jdbc.query(this.claims, lease, owner, millis);
    }

    @Override
    public void release(JdbcOperations jdbc, String owner) {
        jdbc.update(this.releases, owner);
    }
}
