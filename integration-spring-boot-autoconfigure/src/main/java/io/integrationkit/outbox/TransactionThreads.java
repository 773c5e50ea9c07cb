package io.integrationkit.outbox;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads for transactions: never more than shards, none while nothing is sent. */
final class TransactionThreads {

    private static final long IDLE_SECONDS = 30;

    private TransactionThreads() {}

    static ExecutorService executor() {
        AtomicInteger count = new AtomicInteger();
        return new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), (work) -> {
                    Thread thread = new Thread(work, "integration-outbox-transaction-" + count.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }
}
