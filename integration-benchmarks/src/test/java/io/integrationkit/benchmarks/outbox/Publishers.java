package io.integrationkit.benchmarks.outbox;

import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** Four threads that publish, each for accounts of its own. */
final class Publishers {

    private static final int THREADS = 4;

    private static final int ACCOUNTS_OF_EACH = Business.ACCOUNTS / THREADS;

    private static final int MESSAGES_OF_A_FILLING_TRANSACTION = 50;

    private final Business business;

    private final TimeSource time;

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, Publishers::daemon);

    Publishers(Business business, TimeSource time) {
        this.business = business;
        this.time = time;
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }

    /** Transaction after transaction, the accounts of a thread in turn; returns how many there were. */
    long transact(String tag, Duration duration, boolean publishing) throws InterruptedException {
        return onAllThreads((thread) -> () -> {
            long end = this.time.nanoTime() + duration.toNanos();
            long count = 0;
            while (end - this.time.nanoTime() > 0) {
                int account = thread * ACCOUNTS_OF_EACH + (int) (count % ACCOUNTS_OF_EACH);
                this.business.transact(tag, account, 1 + count / ACCOUNTS_OF_EACH, publishing);
                count++;
            }
            return count;
        });
    }

    /** For each of some accounts many transactions in a row; returns how many messages were published. */
    long bursts(String tag, int accountsOfEach, int length) throws InterruptedException {
        return onAllThreads((thread) -> () -> {
            for (int i = 0; i < accountsOfEach; i++) {
                for (int number = 1; number <= length; number++) {
                    this.business.transact(tag, thread * ACCOUNTS_OF_EACH + i, number, true);
                }
            }
            return (long) accountsOfEach * length;
        });
    }

    /** Publishes so many messages, 50 a transaction, evenly over all accounts; a multiple of 1000. */
    long fill(String tag, int messages) throws InterruptedException {
        int rounds = messages / Business.ACCOUNTS;
        return onAllThreads((thread) -> () -> {
            int first = thread * ACCOUNTS_OF_EACH;
            for (int number = 1; number <= rounds; number++) {
                for (int i = 0; i < ACCOUNTS_OF_EACH; i += MESSAGES_OF_A_FILLING_TRANSACTION) {
                    this.business.publishOnly(tag, first + i, MESSAGES_OF_A_FILLING_TRANSACTION, number);
                }
            }
            return (long) rounds * ACCOUNTS_OF_EACH;
        });
    }

    private long onAllThreads(IntFunction<Callable<Long>> work) throws InterruptedException {
        CyclicBarrier begin = new CyclicBarrier(THREADS);
        List<Future<Long>> counts = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            Callable<Long> ofThread = work.apply(thread);
            counts.add(this.threads.submit(() -> {
                begin.await();
                return ofThread.call();
            }));
        }
        long sum = 0;
        try {
            for (Future<Long> count : counts) {
                sum += count.get();
            }
        } catch (ExecutionException ex) {
            throw new IllegalStateException("A publisher failed", ex);
        }
        return sum;
    }
}
