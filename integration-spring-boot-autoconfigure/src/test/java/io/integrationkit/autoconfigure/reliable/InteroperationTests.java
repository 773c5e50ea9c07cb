package io.integrationkit.autoconfigure.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.testsupport.ManualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.aopalliance.intercept.MethodInterceptor;
import org.aspectj.lang.annotation.Aspect;
import org.aspectj.lang.annotation.Before;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.interceptor.AsyncUncaughtExceptionHandler;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.AsyncConfigurer;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** {@code @Reliable} together with other annotations on the same method: what stands where. */
class InteroperationTests {

    private final ApplicationContextRunner plain = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    JacksonAutoConfiguration.class,
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class))
            .withBean("time", ManualTime.class, ManualTime::new)
            .withBean("log", Log.class)
            .withBean("orders", Orders.class)
            .withPropertyValues(
                    "spring.datasource.generate-unique-name=true", "integration.reliable.defaults.max-attempts=3");

    private final ApplicationContextRunner transactional = this.plain.withConfiguration(AutoConfigurations.of(
            DataSourceAutoConfiguration.class,
            DataSourceTransactionManagerAutoConfiguration.class,
            TransactionAutoConfiguration.class));

    @Test
    void aCachedValueCostsNoAttempt() {
        this.plain.withUserConfiguration(Caching.class).run((context) -> {
            Orders orders = context.getBean(Orders.class);
            orders.failNext(2);
            assertThat(orders.price("tea")).isEqualTo("price of tea");
            assertThat(orders.price("tea")).isEqualTo("price of tea");
            assertThat(context.getBean(Log.class).lines).containsExactly("tea", "tea", "tea");
        });
    }

    @Test
    void aFailureIsNotCached() {
        this.plain.withUserConfiguration(Caching.class).run((context) -> {
            Orders orders = context.getBean(Orders.class);
            orders.failNext(3);
            assertThat(catchThrowable(() -> orders.price("tea"))).isInstanceOf(UncheckedIOException.class);
            assertThat(orders.price("tea")).isEqualTo("price of tea");
            assertThat(context.getBean(Log.class).lines).hasSize(4);
        });
    }

    @Test
    void aCachedValueCostsNoTransactionEitherIfItsAdviceStandsBeforeThatOfTransactions() {
        this.transactional
                .withUserConfiguration(CachingFirst.class)
                .run((context) -> assertThat(adviceOf(context.getBean(Orders.class)))
                        .containsSubsequence("CacheInterceptor", "Outer", "TransactionInterceptor"));
    }

    @Test
    void withAsyncAllAttemptsRunOnItsThread() {
        this.plain.withUserConfiguration(Asynchronous.class).run((context) -> {
            Orders orders = context.getBean(Orders.class);
            orders.failNext(2);
            orders.inBackground("tea");
            Log log = context.getBean(Log.class);
            await().untilAsserted(() -> assertThat(log.lines).hasSize(3));
            assertThat(log.lines).allMatch((line) -> line.startsWith("tea on async-"));
            assertThat(log.lines.stream().distinct()).hasSize(1);
        });
    }

    @Test
    void withAsyncTheHandlerGetsTheFailureOfTheLastAttemptOnce() {
        this.plain.withUserConfiguration(Asynchronous.class).run((context) -> {
            Orders orders = context.getBean(Orders.class);
            orders.failNext(3);
            orders.inBackground("tea");
            Asynchronous configuration = context.getBean(Asynchronous.class);
            await().untilAsserted(() -> assertThat(configuration.uncaught).hasSize(1));
            assertThat(configuration.uncaught.get(0)).isInstanceOf(UncheckedIOException.class);
            assertThat(context.getBean(Log.class).lines).hasSize(3);
        });
    }

    @Test
    void withAsyncAFutureIsDoneWhenTheAttemptsAre() {
        this.plain.withUserConfiguration(Asynchronous.class).run((context) -> {
            Orders orders = context.getBean(Orders.class);
            ManualTime time = context.getBean(ManualTime.class);
            orders.failNext(2);
            assertThat(whenDone(orders.later("tea"), time).get()).isEqualTo("later tea");
            orders.failNext(3);
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(() -> whenDone(orders.later("tea"), time).join())
                    .withCauseInstanceOf(UncheckedIOException.class);
            assertThat(context.getBean(Log.class).lines)
                    .hasSize(6)
                    .noneMatch((line) -> line.endsWith(Thread.currentThread().getName()));
            assertThat(adviceOf(orders)).containsSubsequence("AnnotationAsyncExecutionInterceptor", "Outer");
        });
    }

    @Test
    void theOrderOfAsyncHoldsWhateverOrderTheApplicationGivesIt() {
        this.plain
                .withUserConfiguration(AsynchronousFirst.class)
                .run((context) -> assertThat(adviceOf(context.getBean(Orders.class)))
                        .containsSubsequence("AnnotationAsyncExecutionInterceptor", "Outer"));
    }

    @Test
    void aScheduledMethodIsTriedAgainInTheSameRun() {
        this.plain
                .withUserConfiguration(Scheduling.class)
                .withBean("job", Job.class)
                .run((context) -> {
                    Job job = context.getBean(Job.class);
                    await().untilAsserted(() -> assertThat(job.runs()).isGreaterThanOrEqualTo(3));
                    assertThat(context.getBean(ManualTime.class).sleeps()).hasSize(2);
                });
    }

    @Test
    void withoutTransactionsAdviceOfTheApplicationStandsBeforeTheAttempts() {
        this.plain.withUserConfiguration(Counting.class).run((context) -> {
            Orders orders = context.getBean(Orders.class);
            orders.failNext(2);
            orders.place("tea");
            assertThat(context.getBean(Log.class).lines)
                    .containsExactly("early", "late", "aspect tea", "tea", "tea", "tea");
        });
    }

    @Test
    void adviceBehindThatOfTransactionsRunsInEachAttempt() {
        this.transactional
                .withUserConfiguration(TransactionsInTheMiddle.class, Counting.class)
                .run((context) -> {
                    Orders orders = context.getBean(Orders.class);
                    orders.failNext(2);
                    orders.place("tea");
                    assertThat(context.getBean(Log.class).lines)
                            .containsExactly(
                                    "early",
                                    "late in transaction",
                                    "aspect tea in transaction",
                                    "tea in transaction",
                                    "late in transaction",
                                    "aspect tea in transaction",
                                    "tea in transaction",
                                    "late in transaction",
                                    "aspect tea in transaction",
                                    "tea in transaction");
                });
    }

    @Test
    void adviceThatRefusesBeforeTheAttemptsIsAskedOnce() {
        this.plain.withUserConfiguration(Refusing.class).run((context) -> {
            assertThat(catchThrowable(() -> context.getBean(Orders.class).place("tea")))
                    .isInstanceOf(SecurityException.class);
            assertThat(context.getBean(Log.class).lines).containsExactly("asked");
        });
    }

    @Test
    void adviceThatRefusesBehindTheTransactionEndsTheAttempts() {
        this.transactional
                .withUserConfiguration(TransactionsFirst.class, Refusing.class)
                .run((context) -> {
                    assertThat(catchThrowable(
                                    () -> context.getBean(Orders.class).place("tea")))
                            .isInstanceOf(SecurityException.class);
                    assertThat(context.getBean(Log.class).lines).containsExactly("asked in transaction");
                });
    }

    private static <T> CompletableFuture<T> whenDone(CompletableFuture<T> future, ManualTime time) {
        await().until(() -> {
            time.advance(Duration.ofSeconds(1));
            return future.isDone();
        });
        return future;
    }

    private static List<String> adviceOf(Object bean) {
        return java.util.stream.Stream.of(((Advised) bean).getAdvisors())
                .map((advisor) -> advisor.getAdvice().getClass().getSimpleName())
                .toList();
    }

    static class Log {

        final List<String> lines = new CopyOnWriteArrayList<>();

        void write(String line) {
            boolean active = TransactionSynchronizationManager.isActualTransactionActive();
            this.lines.add(line + (active ? " in transaction" : ""));
        }
    }

    static class Orders {

        private final AtomicInteger failures = new AtomicInteger();

        private final Log log;

        Orders(Log log) {
            this.log = log;
        }

        @Reliable
        @Cacheable("prices")
        public String price(String what) {
            attempt(what);
            return "price of " + what;
        }

        @Reliable
        @Async
        public void inBackground(String what) {
            attempt(what + " on " + Thread.currentThread().getName());
        }

        @Reliable
        @Async
        public CompletableFuture<String> later(String what) {
            attempt(what + " on " + Thread.currentThread().getName());
            return CompletableFuture.completedFuture("later " + what);
        }

        @Reliable
        @Transactional
        public void place(String what) {
            attempt(what);
        }

        public void failNext(int count) {
            this.failures.set(count);
        }

        private void attempt(String line) {
            this.log.write(line);
            if (this.failures.getAndUpdate((left) -> Math.max(0, left - 1)) > 0) {
                throw new UncheckedIOException(new IOException("refused"));
            }
        }
    }

    static class Job {

        private final AtomicInteger runs = new AtomicInteger();

        @Reliable
        @Scheduled(initialDelay = 0, fixedDelay = 1_000_000)
        public void run() {
            if (this.runs.incrementAndGet() < 3) {
                throw new UncheckedIOException(new IOException("refused"));
            }
        }

        public int runs() {
            return this.runs.get();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableCaching
    static class Caching {

        @Bean
        CacheManager cacheManager() {
            return new ConcurrentMapCacheManager();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableCaching(order = 0)
    static class CachingFirst {

        @Bean
        CacheManager cacheManager() {
            return new ConcurrentMapCacheManager();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    static class Asynchronous implements AsyncConfigurer {

        final List<Throwable> uncaught = new CopyOnWriteArrayList<>();

        @Override
        public java.util.concurrent.Executor getAsyncExecutor() {
            return (task) -> {
                Thread thread = new Thread(task, "async-" + System.identityHashCode(task));
                thread.setDaemon(true);
                thread.start();
            };
        }

        @Override
        public @Nullable AsyncUncaughtExceptionHandler getAsyncUncaughtExceptionHandler() {
            return (failure, method, arguments) -> this.uncaught.add(failure);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync(order = Ordered.HIGHEST_PRECEDENCE)
    static class AsynchronousFirst {}

    @Configuration(proxyBeanMethods = false)
    @EnableScheduling
    static class Scheduling {}

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(order = 10)
    static class TransactionsInTheMiddle {}

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(order = Ordered.HIGHEST_PRECEDENCE)
    static class TransactionsFirst {}

    @Configuration(proxyBeanMethods = false)
    static class Counting {

        @Bean
        static Advisor early(org.springframework.beans.factory.ObjectProvider<Log> log) {
            return advisor(1, (invocation) -> {
                log.getObject().write("early");
                return invocation.proceed();
            });
        }

        @Bean
        static Advisor late(org.springframework.beans.factory.ObjectProvider<Log> log) {
            return advisor(20, (invocation) -> {
                log.getObject().write("late");
                return invocation.proceed();
            });
        }

        @Bean
        static Noting noting(org.springframework.beans.factory.ObjectProvider<Log> log) {
            return new Noting(log);
        }
    }

    @Aspect
    @Order(30)
    static class Noting {

        private final org.springframework.beans.factory.ObjectProvider<Log> log;

        Noting(org.springframework.beans.factory.ObjectProvider<Log> log) {
            this.log = log;
        }

        @Before(
                value = "execution(* io.integrationkit..InteroperationTests.Orders.place(..)) && args(what)",
                argNames = "what")
        public void note(String what) {
            this.log.getObject().write("aspect " + what);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Refusing {

        @Bean
        static Advisor authorization(org.springframework.beans.factory.ObjectProvider<Log> log) {
            return advisor(100, (invocation) -> {
                log.getObject().write("asked");
                throw new SecurityException("not for you");
            });
        }
    }

    private static Advisor advisor(int order, MethodInterceptor interceptor) {
        NameMatchMethodPointcut pointcut = new NameMatchMethodPointcut();
        pointcut.addMethodName("place");
        pointcut.setClassFilter(Orders.class::isAssignableFrom);
        DefaultPointcutAdvisor advisor = new DefaultPointcutAdvisor(pointcut, interceptor);
        advisor.setOrder(order);
        return advisor;
    }
}
