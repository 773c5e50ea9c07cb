package io.integrationkit.benchmarks;

import io.integrationkit.call.CallTracing;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import java.util.Arrays;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.AbstractAdvisingBeanPostProcessor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The full stack where others want to know of the call, too. */
public class SurroundedReliableBenchmark {

    /** Another advice stands between ours and the method; it runs on each attempt. */
    @Benchmark
    public int fullWithInnerAdvice(InnerAdvice kit, Request request, Caller caller) {
        return kit.greeter.greet(caller.next());
    }

    /** An observation handler is registered, as tracing does. */
    @Benchmark
    public int fullWithObservationHandler(Observed kit, Request request, Caller caller) {
        return kit.greeter.greet(caller.next());
    }

    /** A span for the call and one for its attempt. */
    @Benchmark
    public int fullWithSpans(Traced kit, Request request, Caller caller) {
        return kit.greeter.greet(caller.next());
    }

    @State(Scope.Benchmark)
    public static class InnerAdvice extends KitApplication {

        public InnerAdvice() {
            super(InnerAdviceApplication.class, FULL);
            Advisor[] advisors = ((Advised) this.greeter).getAdvisors();
            Checks.require(
                    advisors[advisors.length - 1].getAdvice() instanceof Nothing,
                    "the inner advice is not the innermost: " + Arrays.toString(advisors));
        }
    }

    @State(Scope.Benchmark)
    public static class Observed extends KitApplication {

        public Observed() {
            super(ObservedApplication.class, FULL);
        }
    }

    @State(Scope.Benchmark)
    public static class Traced extends KitApplication {

        public Traced() {
            super(TracedApplication.class, FULL);
            Checks.require(this.context.getBeanNamesForType(CallTracing.class).length > 0, "no spans are begun");
        }
    }

    private static final class Nothing implements MethodInterceptor {

        @Override
        public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
            return invocation.proceed();
        }
    }

    /** Adds its advice behind the advice that is there, as {@code @Async} does. */
    private static final class InnerAdvising extends AbstractAdvisingBeanPostProcessor {

        private static final long serialVersionUID = 1L;

        InnerAdvising() {
            this.advisor = new DefaultPointcutAdvisor(new Nothing());
            setProxyTargetClass(true);
        }

        @Override
        protected boolean isEligible(Class<?> type) {
            return KitApplication.Greeter.class.isAssignableFrom(type);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(KitApplication.Application.class)
    static class InnerAdviceApplication {

        @Bean
        static AbstractAdvisingBeanPostProcessor innerAdvising() {
            return new InnerAdvising();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(KitApplication.Application.class)
    static class ObservedApplication {

        @Bean
        ObservationHandler<Observation.Context> everything() {
            return (context) -> true;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(KitApplication.Application.class)
    static class TracedApplication {

        @Bean
        Tracer tracer() {
            return Tracer.NOOP;
        }

        @Bean
        ObservationHandler<Observation.Context> spans(Tracer tracer) {
            return new DefaultTracingObservationHandler(tracer);
        }
    }
}
