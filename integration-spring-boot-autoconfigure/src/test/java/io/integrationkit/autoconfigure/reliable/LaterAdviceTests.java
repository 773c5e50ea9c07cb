package io.integrationkit.autoconfigure.reliable;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.reliable.Reliable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Advice behind ours runs once an attempt, also where the result comes later. */
@Timeout(60)
class LaterAdviceTests {

    private static final Duration SOON = Duration.ofSeconds(10);

    private final Prices target = new Prices();

    private final Counting counting = new Counting();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    JacksonAutoConfiguration.class, CallAutoConfiguration.class, ReliableAutoConfiguration.class))
            .withBean("prices", Prices.class, () -> this.target)
            .withPropertyValues("integration.reliable.defaults.base-delay=1ms");

    enum Kind {
        FUTURE((prices) -> assertThat(prices.future()).succeedsWithin(SOON)),
        MONO((prices) -> assertThat(prices.mono().block(SOON)).isNotNull()),
        FLUX((prices) -> assertThat(prices.flux().blockLast(SOON)).isNotNull());

        private final Consumer<Prices> call;

        Kind(Consumer<Prices> call) {
            this.call = call;
        }
    }

    @ParameterizedTest
    @EnumSource
    void adviceAtTheEndOfTheProxyRunsOnceAnAttempt(Kind kind) {
        this.runner.run((context) -> {
            Prices prices = context.getBean(Prices.class);
            ((Advised) prices).addAdvisor(new DefaultPointcutAdvisor(this.counting));
            kind.call.accept(prices);
            assertThat(this.target.asked).hasValue(3);
            assertThat(this.counting.count).hasValue(3);
            kind.call.accept(prices);
            assertThat(this.counting.count).as("a call that succeeds at once").hasValue(4);
        });
    }

    @Test
    void eachSubscriptionPassesTheAdviceAnew() {
        this.runner.run((context) -> {
            Prices prices = context.getBean(Prices.class);
            ((Advised) prices).addAdvisor(new DefaultPointcutAdvisor(this.counting));
            Mono<String> price = prices.mono();
            assertThat(this.counting.count).hasValue(0);
            price.block(SOON);
            price.block(SOON);
            assertThat(this.counting.count).hasValue(4);
            assertThat(this.target.asked).hasValue(4);
        });
    }

    @Test
    void adviceBehindThatOfTransactionsRunsOnceAnAttempt() {
        this.runner
                .withConfiguration(AutoConfigurations.of(
                        AopAutoConfiguration.class,
                        DataSourceAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class,
                        TransactionAutoConfiguration.class))
                .withPropertyValues("spring.datasource.generate-unique-name=true")
                .withBean(Counting.class, () -> this.counting)
                .withUserConfiguration(Behind.class)
                .run((context) -> {
                    assertThat(context.getBean(Prices.class).transactional()).succeedsWithin(SOON);
                    assertThat(this.target.asked).hasValue(3);
                    assertThat(this.counting.count).hasValue(3);
                });
    }

    static class Counting implements MethodInterceptor {

        final AtomicInteger count = new AtomicInteger();

        @Override
        public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
            this.count.incrementAndGet();
            return invocation.proceed();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(order = 10)
    static class Behind {

        @Bean
        static Advisor counted(Counting counting) {
            NameMatchMethodPointcut pointcut = new NameMatchMethodPointcut();
            pointcut.addMethodName("transactional");
            pointcut.setClassFilter(Prices.class::isAssignableFrom);
            DefaultPointcutAdvisor advisor = new DefaultPointcutAdvisor(pointcut, counting);
            advisor.setOrder(20);
            return advisor;
        }
    }

    static class Prices {

        final AtomicInteger asked = new AtomicInteger();

        @Reliable
        public CompletableFuture<String> future() {
            return ask();
        }

        @Reliable
        @Transactional
        public CompletableFuture<String> transactional() {
            return ask();
        }

        @Reliable
        public Mono<String> mono() {
            return Mono.fromFuture(ask());
        }

        @Reliable
        public Flux<String> flux() {
            return Flux.from(Mono.fromFuture(ask()));
        }

        private CompletableFuture<String> ask() {
            return (this.asked.incrementAndGet() < 3)
                    ? CompletableFuture.failedFuture(new IOException())
                    : CompletableFuture.supplyAsync(() -> "price");
        }
    }
}
