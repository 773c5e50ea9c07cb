package io.integrationkit.testsupport;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * A data source of a process that stands still, as after SIGSTOP: the call of its connections that would be the n-th to
 * go to the database waits, and with it the session and all that it has locked, until the process goes on.
 */
public final class Standstill extends DelegatingDataSource {

    private static final Set<String> OF_CONNECTIONS =
            Set.of("commit", "rollback", "setAutoCommit", "setTransactionIsolation");

    private final int step;

    private final AtomicInteger steps = new AtomicInteger();

    private final CountDownLatch reached = new CountDownLatch(1);

    private boolean autoCommit = true;

    private final CountDownLatch goingOn = new CountDownLatch(1);

    /**
     * Creates the data source.
     *
     * @param dataSource where the connections come from
     * @param step the call before which it stands still, from 1 on
     */
    public Standstill(DataSource dataSource, int step) {
        super(dataSource);
        this.step = step;
    }

    /**
     * Says what connections are like when they are handed out.
     *
     * @param commits whether each of their statements is a transaction of its own; so without this
     */
    public void setAutoCommit(boolean commits) {
        this.autoCommit = commits;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = super.getConnection();
        connection.setAutoCommit(this.autoCommit);
        return watched(connection);
    }

    /**
     * Waits until it stands still or its work has ended.
     *
     * @param ended what tells that the work has ended
     * @return whether it stands still
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public boolean reachedBefore(CountDownLatch ended) throws InterruptedException {
        while (!this.reached.await(1, TimeUnit.MILLISECONDS)) {
            if (ended.getCount() == 0) {
                return this.reached.getCount() == 0;
            }
        }
        return true;
    }

    /** Lets it go on. */
    public void goOn() {
        this.goingOn.countDown();
    }

    private void call() throws InterruptedException {
        if (this.steps.incrementAndGet() == this.step) {
            this.reached.countDown();
            this.goingOn.await();
        }
    }

    private <T> T watched(T target) {
        Object proxy = Proxy.newProxyInstance(
                Standstill.class.getClassLoader(), interfaces(target.getClass()), (self, method, arguments) -> {
                    String name = method.getName();
                    boolean goes =
                            (target instanceof Statement) ? name.startsWith("execute") : OF_CONNECTIONS.contains(name);
                    if (goes) {
                        call();
                    }
                    try {
                        Object result = method.invoke(target, arguments);
                        return (result instanceof Statement statement) ? watched(statement) : result;
                    } catch (InvocationTargetException ex) {
                        throw ex.getCause();
                    }
                });
        @SuppressWarnings("unchecked")
        T same = (T) proxy;
        return same;
    }

    private static Class<?>[] interfaces(Class<?> type) {
        Set<Class<?>> all = new LinkedHashSet<>();
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            all.addAll(Arrays.asList(each.getInterfaces()));
        }
        all.removeIf((each) -> !Modifier.isPublic(each.getModifiers()));
        return all.toArray(new Class<?>[0]);
    }
}
