package io.integrationkit.outbox;

import java.sql.PreparedStatement;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Advisory locks of PostgreSQL. The view {@code pg_locks} shows the two halves of a key and the backend that holds it, to
 * every role.
 */
final class PostgresSessionLock implements SessionLock {

    private static final String TAKE = "SELECT pg_try_advisory_lock(?)";

    private static final String GIVE_UP = "SELECT pg_advisory_unlock(?)";

    private static final String HOLDERS = """
            SELECT k.lock_key, bool_or(l.pid = pg_backend_pid()) AS here \
            FROM unnest(?::bigint[]) AS k(lock_key) LEFT JOIN pg_locks l \
            ON l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted \
            AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()) \
            AND ((l.classid::bigint << 32) | l.objid::bigint) = k.lock_key \
            GROUP BY k.lock_key""";

    @Override
    public void take(JdbcOperations session, long key) {
        session.queryForObject(TAKE, Boolean.class, key);
    }

    @Override
    public void giveUp(JdbcOperations session, long key) {
        session.queryForObject(GIVE_UP, Boolean.class, key);
    }

    @Override
    public Map<Long, Holder> holders(JdbcOperations session, Collection<Long> keys) {
        Map<Long, Holder> holders = new HashMap<>();
        session.query(
                HOLDERS,
                (PreparedStatement statement) ->
                        statement.setArray(1, statement.getConnection().createArrayOf("int8", keys.toArray())),
                (row) -> {
                    boolean here = row.getBoolean("here");
                    boolean nobody = row.wasNull();
                    holders.put(
                            row.getLong("lock_key"), nobody ? Holder.NOBODY : here ? Holder.HERE : Holder.ELSEWHERE);
                });
        return holders;
    }
}
