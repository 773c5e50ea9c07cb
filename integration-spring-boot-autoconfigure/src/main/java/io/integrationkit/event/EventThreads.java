package io.integrationkit.event;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that handle the events of batches: made when they are needed, ended when they are not, daemons. There are as
 * many as the callers at a time ask for, which is bounded by the callers and the concurrency of each.
 */
public final class EventThreads implements Executor, AutoCloseable {

    private static final long KEPT_SECONDS = 30;

    private final ThreadPoolExecutor threads;

    /**
     * Makes no thread yet.
     *
     * @param classLoader context class loader of the threads
     */
    public EventThreads(ClassLoader classLoader) {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory factory = (work) -> {
            Thread thread = new Thread(work, "integration-event-" + number.incrementAndGet());
            thread.setDaemon(true);
            thread.setContextClassLoader(classLoader);
            return thread;
        };
        this.threads = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, KEPT_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), factory);
    }

    /**
     * Runs work on a thread.
     *
     * @param work what to run
     * @throws java.util.concurrent.RejectedExecutionException after {@link #close}
     */
    @Override
    public void execute(Runnable work) {
        this.threads.execute(work);
    }

    /** Lets what runs end, and takes nothing more. May be called twice. */
    @Override
    public void close() {
        this.threads.shutdown();
    }
}
