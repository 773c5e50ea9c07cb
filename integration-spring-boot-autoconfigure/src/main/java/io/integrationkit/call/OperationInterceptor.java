package io.integrationkit.call;

import io.integrationkit.context.TimeSource;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;

/** Carries a call into the stages of its plan, on one side of the transaction advice. */
abstract sealed class OperationInterceptor implements MethodInterceptor {

    /** Attribute of an invocation: the call that is under way. */
    private static final String CALL = Call.class.getName();

    final PlanReference plan;

    private OperationInterceptor(PlanReference plan) {
        this.plan = plan;
    }

    static final class Outer extends OperationInterceptor {

        private final boolean innerFollows;

        private final boolean singleton;

        private final AdviceChain chain;

        /** Whether the proxy can be asked for its advice; the same for each of its calls. */
        private volatile @Nullable Boolean open;

        /**
         * Creates the outer advice.
         *
         * @param plan the plan of its method
         * @param innerFollows whether there is an inner advice
         * @param own what makes the proxy, or {@code null} if somebody else does
         * @param singleton whether the bean lives as long as the threads that call it, which may then keep it
         */
        Outer(PlanReference plan, boolean innerFollows, @Nullable OperationProxyFactory own, boolean singleton) {
            super(plan);
            this.innerFollows = innerFollows;
            this.singleton = singleton;
            this.chain = new AdviceChain(this, own);
        }

        @Override
        public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
            Plan current = this.plan.get();
            LaterResults later = current.laterResults();
            if (later != null) {
                return later.answer(() -> call(current, anew(invocation)), current.outer());
            }
            if (!isOpen(invocation)) {
                return current.outer().run(call(current, invocation));
            }
            Call call = idle(current, invocation);
            try {
                return current.outer().run(call);
            } finally {
                IdleCalls.give(call, this.singleton);
            }
        }

        private Call idle(Plan current, MethodInvocation invocation) {
            Call call = IdleCalls.ofThread().take(current.operation(), invocation, this.chain, current.time());
            tellInner(invocation, call);
            return call;
        }

        /** A call of its own, which may be kept until its result comes. */
        private Call call(Plan current, MethodInvocation invocation) {
            Operation operation = current.operation();
            TimeSource time = current.time();
            Call call = isOpen(invocation)
                    ? new Call(operation, invocation, this.chain, time)
                    : ofCopies(operation, invocation, time);
            tellInner(invocation, call);
            return call;
        }

        private void tellInner(MethodInvocation invocation, Call call) {
            if (this.innerFollows && invocation instanceof ProxyMethodInvocation proxyInvocation) {
                proxyInvocation.setUserAttribute(CALL, call);
            }
        }

        /** A lazy result is called for once more by each subscription. */
        private MethodInvocation anew(MethodInvocation invocation) {
            return isOpen(invocation) ? this.chain.of(invocation, invocation.getArguments()) : invocation;
        }

        private boolean isOpen(MethodInvocation invocation) {
            Boolean known = this.open;
            if (known == null) {
                known = AdviceChain.canRepeat(invocation);
                this.open = known;
            }
            return known;
        }

        private static Call ofCopies(Operation operation, MethodInvocation invocation, TimeSource time) {
            if (invocation instanceof ProxyMethodInvocation original) {
                return new Call(
                        operation,
                        AdviceChain.copyOf(original, original.getArguments().clone()),
                        (first, arguments) -> AdviceChain.copyOf(original, arguments),
                        time);
            }
            throw new IllegalStateException(operation + " was called through a proxy that is not Spring's");
        }
    }

    static final class Inner extends OperationInterceptor {

        Inner(PlanReference plan) {
            super(plan);
        }

        @Override
        public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
            Plan current = this.plan.get();
            if (invocation instanceof ProxyMethodInvocation proxyInvocation
                    && proxyInvocation.getUserAttribute(CALL) instanceof Call call) {
                return call.proceedInside(current.inner(), invocation);
            }
            throw new IllegalStateException(
                    "The outer advice of " + current.operation() + " did not run before the inner one");
        }
    }
}
