package io.integrationkit.outbox;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.springframework.jdbc.core.JdbcOperations;

/** Named locks of MariaDB and MySQL; every user may ask whose they are. */
final class MySqlSessionLock implements SessionLock {

    @Override
    public void take(JdbcOperations session, long key) {
        session.queryForObject("SELECT GET_LOCK(?, 0)", Integer.class, name(key));
    }

    @Override
    public void giveUp(JdbcOperations session, long key) {
        session.queryForObject("SELECT RELEASE_LOCK(?)", Integer.class, name(key));
    }

    @Override
    public Map<Long, Holder> holders(JdbcOperations session, Collection<Long> keys) {
        Map<Long, Holder> holders = new HashMap<>();
        for (long key : keys) {
            session.query(
                    "SELECT IS_USED_LOCK(?), CONNECTION_ID()",
                    (row) -> {
                        long connection = row.getLong(1);
                        boolean nobody = row.wasNull();
                        boolean here = connection == row.getLong(2);
                        holders.put(key, nobody ? Holder.NOBODY : here ? Holder.HERE : Holder.ELSEWHERE);
                    },
                    name(key));
        }
        return holders;
    }

    private static String name(long key) {
        return "integration-outbox-" + Long.toHexString(key);
    }
}
