package io.integrationkit.outbox;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads of event handlers: made when they are needed, ended when they are not, daemons. */
final class HandlerThreads implements ThreadFactory {

    private static final long KEPT_SECONDS = 30;

    private final AtomicInteger number = new AtomicInteger();

    private HandlerThreads() {}

    /**
     * There are as many threads as calls at most, so the queue is for the moment between the end of a call and that of
     * its thread's work. Where calls that were given up keep the threads, what finds no place comes again.
     */
    static Executor executor(int most) {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                most, most, KEPT_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(most), new HandlerThreads());
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    @Override
    public Thread newThread(Runnable work) {
        Thread thread = new Thread(work, "integration-handler-" + this.number.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
