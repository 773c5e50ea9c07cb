package io.integrationkit.call;

import io.integrationkit.context.TimeSource;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * One call for each thread, used again and again, so that a call that runs through allocates nothing. A call inside
 * another one, and one whose result comes later, gets an object of its own. Whoever sees a call must not keep it.
 */
final class IdleCalls {

    private static final ThreadLocal<@Nullable IdleCalls> OF_THREAD = new ThreadLocal<>();

    private @Nullable Call idle;

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

    Call take(Operation operation, MethodInvocation invocation, Call.Repetition repetition, TimeSource time) {
        Call call = this.idle;
        if (call == null) {
            return new Call(operation, invocation, repetition, time);
        }
        this.idle = null;
        call.begin(operation, invocation, repetition, time);
        return call;
    }

    /**
     * Keeps a call that has ended, without what it was about.
     *
     * @param call the call
     * @param ofSingleton whether the bean that was called may be kept with it, which saves the next call of it a write;
     *     any other bean may end before the thread does
     */
    void give(Call call, boolean ofSingleton) {
        call.forget();
        if (!ofSingleton) {
            call.forgetBean();
        }
        this.idle = call;
    }
}
