package io.integrationkit.call;

import io.integrationkit.context.TimeSource;
import java.util.concurrent.atomic.AtomicInteger;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * One call for each thread, used again and again, so that a call that runs through allocates next to nothing. A call
 * inside another one, and one whose result comes later, gets an object of its own. Whoever sees a call must not keep it.
 *
 * <p>After some calls the thread gets a new object all the same. One that grows old is moved by the collector, next to
 * objects that other threads read or write, and takes the cache line from them with each call; and for each reference
 * that is written into an old object, some collectors make the processor wait.
 */
final class IdleCalls {

    /** Together they take less time than passes between two collections; a new object costs each a tenth of a byte. */
    static final int MOST_CALLS = 1024;

    private static final ThreadLocal<@Nullable IdleCalls> OF_THREAD = new ThreadLocal<>();

    private static final AtomicInteger THREADS = new AtomicInteger();

    private final int stripe = THREADS.getAndIncrement();

    private @Nullable Call kept;

    private IdleCalls() {}

    static IdleCalls ofThread() {
        IdleCalls known = OF_THREAD.get();
        return (known != null) ? known : first();
    }

    private static IdleCalls first() {
        IdleCalls calls = new IdleCalls();
        OF_THREAD.set(calls);
        return calls;
    }

    /** The number of the thread among those that made calls. */
    int stripe() {
        return this.stripe;
    }

    Call take(Operation operation, MethodInvocation invocation, Call.Repetition repetition, TimeSource time) {
        Call call = this.kept;
        if (call == null || !call.isIdle() || call.begun() >= MOST_CALLS) {
            return fresh(operation, invocation, repetition, time);
        }
        call.begin(operation, invocation, repetition, time);
        return call;
    }

    private Call fresh(Operation operation, MethodInvocation invocation, Call.Repetition repetition, TimeSource time) {
        Call call = new Call(operation, invocation, repetition, time, this.stripe);
        if (this.kept == null || this.kept.isIdle()) {
            this.kept = call;
        }
        return call;
    }

    /**
     * Makes a call that has ended forget what it was about.
     *
     * @param call the call
     * @param ofSingleton whether the bean that was called may be kept with it, which saves the next call of it a write;
     *     any other bean may end before the thread does
     */
    static void give(Call call, boolean ofSingleton) {
        call.forget();
        if (!ofSingleton) {
            call.forgetBean();
        }
    }
}
