package io.integrationkit.call;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Threads for the steps of calls whose result comes later: time-outs, further attempts and recoveries. They are our own,
 * since those of the application may all wait for such a result, and what ends their wait must not stand behind them.
 *
 * <p>From Java 24 on each step has a virtual thread. Before, a virtual thread that waits in a monitor holds its carrier,
 * of which there are few: there the steps share at most {@value #MOST} daemon threads, and one that finds them all busy
 * is refused. No thread inherits anything from the one that hands it its step, which may belong to another call.
 *
 * <p>Not an {@link Executor} itself: Boot would take a bean of that type for the application's own.
 */
public final class StepThreads implements AutoCloseable {

    static final int MOST = 64;

    private static final String NAME = "integration-step-";

    private static final int MONITORS_HOLD_NO_CARRIER = 24;

    private final @Nullable ClassLoader classLoader;

    private final @Nullable ThreadPoolExecutor pool;

    private final Executor executor;

    private final AtomicLong made = new AtomicLong();

    /**
     * Makes no thread yet.
     *
     * @param classLoader context class loader of the threads
     */
    public StepThreads(@Nullable ClassLoader classLoader) {
        this.classLoader = classLoader;
        ThreadFactory virtual = (Runtime.version().feature() >= MONITORS_HOLD_NO_CARRIER) ? virtualThreads() : null;
        if (virtual != null) {
            this.pool = null;
            this.executor = (step) -> ready(virtual.newThread(step)).start();
        } else {
            this.pool = new ThreadPoolExecutor(
                    0, MOST, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), (work) -> ready(platformThread(work)));
            this.executor = this.pool;
        }
    }

    /**
     * Returns what runs steps.
     *
     * @return refuses steps for which it has no thread; after {@link #close} all those of the shared threads
     */
    public Executor executor() {
        return this.executor;
    }

    /** Lets the steps under way end, and the shared threads with them. */
    @Override
    public void close() {
        if (this.pool != null) {
            this.pool.shutdown();
        }
    }

    private Thread ready(Thread thread) {
        thread.setContextClassLoader(this.classLoader);
        return thread;
    }

    private Thread platformThread(Runnable work) {
        Thread thread = new Thread(null, work, NAME + this.made.getAndIncrement(), 0, false);
        thread.setDaemon(true);
        return thread;
    }

    /** What the release we are compiled for does not know: {@code Thread.ofVirtual()}. */
    private static @Nullable ThreadFactory virtualThreads() {
        try {
            Class<?> type = Class.forName("java.lang.Thread$Builder$OfVirtual");
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            type.getMethod("name", String.class, long.class).invoke(builder, NAME, 0L);
            type.getMethod("inheritInheritableThreadLocals", boolean.class).invoke(builder, false);
            return (ThreadFactory) type.getMethod("factory").invoke(builder);
        } catch (ReflectiveOperationException ex) {
            return null;
        }
    }
}
