package io.integrationkit.call;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;

/** Carries a call into the stages of its plan, on one side of the transaction advice. */
abstract sealed class OperationInterceptor implements MethodInterceptor {

    private static final String CALL = Call.class.getName();

    final PlanReference plan;

    private OperationInterceptor(PlanReference plan) {
        this.plan = plan;
    }

    static final class Outer extends OperationInterceptor {

        private final boolean innerFollows;

        Outer(PlanReference plan, boolean innerFollows) {
            super(plan);
            this.innerFollows = innerFollows;
        }

        @Override
        public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
            Plan current = this.plan.get();
            Call call = new Call(current.operation(), invocation);
            if (this.innerFollows && invocation instanceof ProxyMethodInvocation proxyInvocation) {
                proxyInvocation.setUserAttribute(CALL, call);
            }
            return current.outer().run(call);
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
