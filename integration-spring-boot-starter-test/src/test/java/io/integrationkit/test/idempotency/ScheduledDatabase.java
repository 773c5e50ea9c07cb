package io.integrationkit.test.idempotency;

import io.integrationkit.idempotency.IdempotencyStore;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.test.VirtualTime;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Keys in a database, which is made to believe that time has passed, and whose takeovers can be preceded. */
final class ScheduledDatabase implements ScheduledStore {

    /** How the one statement begins that takes over a key. */
    private static final String TAKEOVER = "update integration_idempotency set state = 'IN_PROGRESS'";

    private static final long HOUR = 3_600_000_000L;

    private final JdbcAccess access;

    private final IdempotencyStore store;

    private final AtomicReference<@Nullable Runnable> others = new AtomicReference<>();

    ScheduledDatabase(JdbcAccess access) {
        this.access = access;
        this.store = IdempotencyStore.jdbc(new JdbcAccess(
                new DelegatingDataSource(access.dataSource()) {
                    @Override
                    public Connection getConnection() throws SQLException {
                        return watched(super.getConnection());
                    }
                },
                access.transactionManager(),
                access.database()));
    }

    private Connection watched(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("prepareStatement") && ((String) arguments[0]).contains(TAKEOVER)) {
                        Runnable first = this.others.getAndSet(null);
                        if (first != null) {
                            first.run();
                        }
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException ex) {
                        throw ex.getTargetException();
                    }
                });
    }

    void empty() {
        this.access.jdbc().update("delete from integration_idempotency");
    }

    @Override
    public IdempotencyStore store() {
        return this.store;
    }

    @Override
    public @Nullable VirtualTime clock() {
        return null;
    }

    @Override
    public void endLeases() {
        this.access
                .jdbc()
                .update("update integration_idempotency set lease_until = "
                        + this.access.database().clock());
    }

    @Override
    public void endRetention() {
        this.access
                .jdbc()
                .update("update integration_idempotency set expires_at = "
                        + this.access.database().clock());
    }

    @Override
    public boolean forgetsByItself() {
        return false;
    }

    @Override
    public void beforeTakeover(@Nullable Runnable next) {
        this.others.set(next);
    }

    @Override
    public long clockGoesBack() {
        this.access.jdbc().update("update integration_idempotency set epoch = epoch + " + HOUR);
        return HOUR;
    }
}
