package io.integrationkit.benchmarks;

import io.integrationkit.reliable.Reliable;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The successful call of an annotated method against a floor: the same method behind a Spring proxy with an interceptor
 * that does nothing.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class CallPathBenchmark {

    private final Greeter floor = floor();

    private final ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
            .web(WebApplicationType.NONE)
            .properties(Map.of("spring.main.banner-mode", "off", "logging.level.root", "error"))
            .run();

    private final Greeter reliable = this.context.getBean(Greeter.class);

    private int number;

    private static Greeter floor() {
        ProxyFactory factory = new ProxyFactory(new Greeter());
        factory.setProxyTargetClass(true);
        factory.addAdvice((MethodInterceptor) MethodInvocation::proceed);
        return (Greeter) factory.getProxy();
    }

    @TearDown(Level.Trial)
    public void stop() {
        this.context.close();
    }

    /** The floor. */
    @Benchmark
    public int emptyInterceptor() {
        return this.floor.greet(this.number++);
    }

    /** {@code @Reliable} with retry, circuit breaker and meters. */
    @Benchmark
    public int reliable() {
        return this.reliable.greet(this.number++);
    }

    /** The annotated method: as little work as there can be. */
    public static class Greeter {

        @Reliable
        public int greet(int number) {
            return number + 1;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Greeter greeter() {
            return new Greeter();
        }
    }
}
