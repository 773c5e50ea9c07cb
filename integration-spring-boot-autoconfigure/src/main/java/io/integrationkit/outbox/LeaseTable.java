package io.integrationkit.outbox;

import io.integrationkit.jdbc.Database;
import java.util.List;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.RowMapper;

/**
 * The statements on the lease table. They run on a connection of their own, in auto-commit mode; rows that are mapped
 * have the columns {@code shard} and {@code epoch}.
 */
interface LeaseTable {

    /**
     * Prolongs what the owner holds, unless it is over.
     *
     * @param millis how long the leases last from now on
     * @return what is held now
     */
    List<ShardLease> renew(JdbcOperations jdbc, String owner, long millis, RowMapper<ShardLease> lease);

    /**
     * Takes what nobody holds.
     *
     * @param millis how long the leases last from now on
     * @return what was taken
     */
    List<ShardLease> claim(JdbcOperations jdbc, String owner, long millis, RowMapper<ShardLease> lease);

    /** Ends what the owner holds. */
    void release(JdbcOperations jdbc, String owner);

    static LeaseTable of(Database database) {
        return switch (database) {
            case POSTGRESQL -> ReturningLeaseTable.POSTGRESQL;
            case MARIADB, MYSQL -> new MySqlLeaseTable(database);
            case H2 -> ReturningLeaseTable.H2;
        };
    }
}
