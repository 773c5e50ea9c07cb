package io.integrationkit.replay;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads of replay jobs: made when they are needed, ended when they are not, daemons. */
final class ReplayThreads implements ThreadFactory {

    private static final long KEPT_SECONDS = 30;

    private final AtomicInteger number = new AtomicInteger();

    private final String prefix;

    private ReplayThreads(String prefix) {
        this.prefix = prefix;
    }

    /** There are as many threads as jobs at most; the queue is for the moment between two jobs of a thread. */
    static Executor executor(String prefix, int most) {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                most, most, KEPT_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), new ReplayThreads(prefix));
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    @Override
    public Thread newThread(Runnable work) {
        Thread thread = new Thread(work, this.prefix + this.number.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
