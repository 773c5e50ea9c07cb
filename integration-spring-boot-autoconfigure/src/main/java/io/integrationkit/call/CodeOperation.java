package io.integrationkit.call;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Method;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * An operation whose work is given with each call instead of by a method of a bean. Its calls run through the stages of
 * a plan like those of any operation, without a proxy. Safe for use by any number of threads.
 */
public final class CodeOperation {

    private final Plan plan;

    CodeOperation(Plan plan) {
        this.plan = plan;
    }

    /**
     * Runs work through the stages.
     *
     * @param work what to do; run once for each attempt. The stages see it as {@link Call#target()}
     * @return what the caller gets; of the type that the method of the operation returns, if that is a result that comes
     *     later
     * @throws Throwable what the caller gets instead
     */
    public @Nullable Object run(Work work) throws Throwable {
        Supplier<Call> call = () -> new Call(
                this.plan.operation(),
                new Invocation(this.plan.operation().method(), work),
                (first, arguments) -> first,
                this.plan.time());
        LaterResults later = this.plan.laterResults();
        return (later == null) ? this.plan.outer().run(call.get()) : later.answer(call, this.plan.outer());
    }

    /** What a call does. */
    @FunctionalInterface
    public interface Work {

        /**
         * Makes one attempt.
         *
         * @return the result
         * @throws Throwable if it failed
         */
        @Nullable
        Object attempt() throws Throwable;
    }

    /** Nothing stands behind the stages but the work, so it can proceed any number of times. */
    private record Invocation(Method method, Work work) implements MethodInvocation {

        private static final Object[] NO_ARGUMENTS = {};

        @Override
        public Method getMethod() {
            return this.method;
        }

        @Override
        public Object[] getArguments() {
            return NO_ARGUMENTS;
        }

        @Override
        public @Nullable Object proceed() throws Throwable {
            return this.work.attempt();
        }

        @Override
        public Object getThis() {
            return this.work;
        }

        @Override
        public AccessibleObject getStaticPart() {
            return this.method;
        }
    }
}
