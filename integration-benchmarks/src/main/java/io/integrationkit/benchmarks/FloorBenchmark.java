package io.integrationkit.benchmarks;

import java.util.Map;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** What everybody pays, measured while an application runs, as the other rows are. */
public class FloorBenchmark {

    /** A call without a proxy. */
    @Benchmark
    public int plain(Floor floor, Caller caller) {
        return floor.plain.greet(caller.next());
    }

    /** A call through an interceptor that does nothing. */
    @Benchmark
    public int emptyInterceptor(Floor floor, Caller caller) {
        return floor.intercepted.greet(caller.next());
    }

    @State(Scope.Benchmark)
    public static class Floor {

        final Greeter plain = new Greeter();

        final Greeter intercepted = intercepted();

        private final ConfigurableApplicationContext context =
                Contestant.start(Contestant.SPRING, Application.class, Map.of());

        @Setup
        public void check() {
            Checks.answers(this.intercepted.greet(1), 2);
        }

        @TearDown
        public void stop() {
            this.context.close();
        }

        private static Greeter intercepted() {
            ProxyFactory factory = new ProxyFactory(new Greeter());
            factory.setProxyTargetClass(true);
            factory.addAdvice((MethodInterceptor) MethodInvocation::proceed);
            return (Greeter) factory.getProxy();
        }
    }

    /** The body of every contestant's method. */
    public static class Greeter {

        public int greet(int number) {
            return number + 1;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
