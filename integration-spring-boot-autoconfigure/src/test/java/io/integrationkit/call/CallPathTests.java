package io.integrationkit.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.context.Correlation;
import io.integrationkit.context.Deadline;
import io.integrationkit.context.Scope;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.aopalliance.intercept.MethodInterceptor;
import org.aspectj.weaver.Advice;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.autoproxy.DefaultAdvisorAutoProxyCreator;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.TransactionInterceptor;

class CallPathTests {

    private final ApplicationContextRunner plain = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, CallAutoConfiguration.class))
            .withBean(TraceContributor.class);

    private final ApplicationContextRunner transactional = this.plain.withConfiguration(AutoConfigurations.of(
            DataSourceAutoConfiguration.class,
            DataSourceTransactionManagerAutoConfiguration.class,
            TransactionAutoConfiguration.class));

    @Test
    void outerStagesRunOutsideTheTransactionAndInnerStagesInsideIt() {
        this.transactional
                .withBean("orders", Orders.class)
                .run(CallPathTests::assertThatStagesStandAroundTheTransaction);
    }

    @ParameterizedTest
    @ValueSource(ints = {Ordered.HIGHEST_PRECEDENCE, -1, 0, 42, Ordered.LOWEST_PRECEDENCE})
    void theOrderHoldsWhateverOrderTheApplicationGivesItsTransactionAdvice(int order) {
        Class<?> configuration = switch (order) {
            case Ordered.HIGHEST_PRECEDENCE -> HighestOrder.class;
            case -1 -> MinusOneOrder.class;
            case 0 -> ZeroOrder.class;
            case 42 -> FortyTwoOrder.class;
            default -> LowestOrder.class;
        };
        this.transactional
                .withUserConfiguration(configuration)
                .withBean("orders", Orders.class)
                .run((context) -> {
                    assertThatStagesStandAroundTheTransaction(context);
                    assertThat(adviceOf(context.getBean(Orders.class)))
                            .containsSubsequence("Outer", "TransactionInterceptor", "Inner");
                });
    }

    @Test
    void theOrderHoldsWithoutAspectjweaver() {
        this.transactional
                .withClassLoader(new FilteredClassLoader(Advice.class))
                .withBean("orders", Orders.class)
                .run(CallPathTests::assertThatStagesStandAroundTheTransaction);
    }

    @Test
    void theOrderHoldsWithAutomaticProxiesSwitchedOff() {
        this.transactional
                .withPropertyValues("spring.aop.auto=false")
                .withBean("orders", Orders.class)
                .run(CallPathTests::assertThatStagesStandAroundTheTransaction);
    }

    @Test
    void annotationsWorkWithAutomaticProxiesSwitchedOffAndNoTransactionsAtAll() {
        this.plain
                .withPropertyValues("spring.aop.auto=false")
                .withBean("orders", Orders.class)
                .run((context) -> {
                    context.getBean(Orders.class).place();
                    assertThat(context.getBean(TraceContributor.class).trace)
                            .containsExactly("outer", "inner", "place");
                });
    }

    @Test
    void aCreatorThatWrapsTheBeanASecondTimeEndsStartUp() {
        this.transactional
                .withPropertyValues("spring.aop.auto=false")
                .withUserConfiguration(LateTransactions.class)
                .withBean("orders", Orders.class)
                .run((context) -> assertThat(context)
                        .getFailure()
                        .isInstanceOf(InvalidOperationException.class)
                        .hasMessageStartingWith("INT-103: ")
                        .hasMessageContaining("'orders'"));
    }

    @Test
    void eachAttemptRunsTheWholeAdviceBehindIt() {
        this.transactional.withBean("orders", Orders.class).run((context) -> {
            assertThatIllegalStateException()
                    .isThrownBy(() -> context.getBean(Orders.class).fail());
            assertThat(context.getBean(TraceContributor.class).trace)
                    .containsExactly(
                            "outer",
                            "inner in transaction",
                            "fail in transaction",
                            "outer",
                            "inner in transaction",
                            "fail in transaction",
                            "outer",
                            "inner in transaction",
                            "fail in transaction");
        });
    }

    @Test
    void aMethodIsInterceptedThroughTheInterfaceThatDeclaresIt() {
        this.transactional
                .withPropertyValues("spring.aop.proxy-target-class=false")
                .withBean("shop", Shop.class, OnlineShop::new)
                .run((context) -> {
                    Shop shop = context.getBean(Shop.class);
                    assertThat(AopUtils.isJdkDynamicProxy(shop)).isTrue();
                    shop.sell("tea");
                    assertThat(context.getBean(TraceContributor.class).trace)
                            .containsExactly("outer", "inner in transaction");
                });
    }

    @Test
    void aProductOfAFactoryBeanIsIntercepted() {
        this.plain.withBean("shop", ShopFactory.class).run((context) -> {
            context.getBean(Shop.class).sell("tea");
            assertThat(context.getBean(TraceContributor.class).trace).containsExactly("outer", "inner");
            assertThat(names(context.getBean(OperationRegistry.class))).containsExactly("shop.sell");
        });
    }

    @Test
    void lazyAndPrototypeBeansBecomeOperationsWithoutBeingCreated() {
        this.plain.withUserConfiguration(LazyBeans.class).run((context) -> {
            assertThat(LazyBeans.CREATED).hasValue(null);
            assertThat(names(context.getBean(OperationRegistry.class)))
                    .containsExactlyInAnyOrder("lazyOrders.place", "prototypeOrders.place");
            context.getBean("prototypeOrders", SimpleOrders.class).place();
            assertThat(context.getBean(TraceContributor.class).trace).containsExactly("outer", "inner");
        });
    }

    @Test
    void twoBeansOfOneClassAreTwoOperations() {
        this.plain
                .withBean("first", SimpleOrders.class, () -> new SimpleOrders("a"))
                .withBean("second", SimpleOrders.class, () -> new SimpleOrders("b"))
                .run((context) -> assertThat(names(context.getBean(OperationRegistry.class)))
                        .containsExactly("first.place", "second.place"));
    }

    @Test
    void twoOperationsOfOneNameEndStartUp() {
        this.plain
                .withBean(Overloaded.class)
                .run((context) -> assertThat(context)
                        .getFailure()
                        .isInstanceOfSatisfying(
                                InvalidOperationException.class,
                                (ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.DUPLICATE_OPERATION)));
    }

    @Test
    void theAnnotationNamesTheOperation() {
        this.plain
                .withBean(Named.class)
                .run((context) -> assertThat(names(context.getBean(OperationRegistry.class)))
                        .containsExactly("orders.cancel", "orders.place"));
    }

    @Test
    void methodsThatCannotBeInterceptedEndStartUpAllAtOnce() {
        this.plain
                .withBean(Hidden.class)
                .run((context) -> assertThat(context)
                        .getFailure()
                        .isInstanceOf(InvalidOperationsException.class)
                        .hasMessageContaining("is private")
                        .hasMessageContaining("is final")
                        .hasMessageContaining("is static"));
    }

    @Test
    void aReadySingletonWithAnnotatedMethodsEndsStartUp() {
        this.plain
                .withInitializer(
                        (context) -> context.getBeanFactory().registerSingleton("ready", new SimpleOrders("r")))
                .run((context) -> assertThat(context)
                        .getFailure()
                        .hasMessageStartingWith("INT-102: ")
                        .hasMessageContaining("'ready'"));
    }

    @Test
    void circularReferencesGetTheSameInterceptedBean() {
        this.plain
                .withAllowCircularReferences(true)
                .withBean("left", Left.class)
                .withBean("right", Right.class)
                .run((context) -> {
                    assertThat(context).hasNotFailed();
                    Left left = context.getBean(Left.class);
                    assertThat(context.getBean(Right.class).left).isSameAs(left);
                    left.go();
                    assertThat(context.getBean(TraceContributor.class).trace).containsExactly("outer", "inner");
                });
    }

    @Test
    void aCallHasACorrelationIdAndKeepsTheOneItCameWith() {
        this.plain.withBean(Correlated.class).run((context) -> {
            Correlated bean = context.getBean(Correlated.class);
            assertThat(bean.id()).isNotBlank();
            assertThat(Correlation.current()).isNull();
            try (Scope scope = Correlation.open("order-7")) {
                assertThat(bean.id()).isEqualTo("order-7");
            }
        });
    }

    @Test
    void anIdFromOutsideThatCouldForgeLogLinesIsReplaced() {
        try (Scope scope = Correlation.open("x\r\nERROR forged")) {
            assertThat(Correlation.current()).matches("[A-Za-z0-9._-]{1,64}");
        }
    }

    @Test
    void aCallWhoseDeadlineIsOverIsRefusedBeforeItsMethodRuns() {
        this.plain.withBean("orders", Orders.class).run((context) -> {
            try (Scope scope =
                    Deadline.after(Duration.ZERO, TimeSource.system()).open()) {
                assertThatExceptionOfType(RejectedException.class)
                        .isThrownBy(() -> context.getBean(Orders.class).place())
                        .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.DEADLINE_EXPIRED));
            }
            assertThat(context.getBean(TraceContributor.class).trace).isEmpty();
        });
    }

    @Test
    void aNestedDeadlineShortensTheTimeButNeverLengthensIt() {
        try (Scope outer =
                Deadline.after(Duration.ofSeconds(5), TimeSource.system()).open()) {
            try (Scope inner =
                    Deadline.after(Duration.ofMinutes(5), TimeSource.system()).open()) {
                assertThat(Deadline.current().remaining()).isLessThanOrEqualTo(Duration.ofSeconds(5));
            }
            try (Scope inner =
                    Deadline.after(Duration.ofSeconds(1), TimeSource.system()).open()) {
                assertThat(Deadline.current().remaining()).isLessThanOrEqualTo(Duration.ofSeconds(1));
            }
        }
        assertThat(Deadline.current()).isNull();
    }

    @Test
    void theObserverSeesHowEachCallEnded() {
        List<String> seen = new ArrayList<>();
        this.plain
                .withBean(CallObserver.class, () -> recording(seen))
                .withBean("orders", Orders.class)
                .run((context) -> {
                    context.getBean(Orders.class).place();
                    assertThatIllegalStateException()
                            .isThrownBy(() -> context.getBean(Orders.class).fail());
                    assertThat(seen).containsExactly("orders.place EXECUTED 1", "orders.fail FAILED 3");
                });
    }

    private static void assertThatStagesStandAroundTheTransaction(ApplicationContext context) {
        context.getBean(Orders.class).place();
        assertThat(context.getBean(TraceContributor.class).trace)
                .containsExactly("outer", "inner in transaction", "place in transaction");
    }

    private static CallObserver recording(List<String> seen) {
        return (operation) ->
                (call, nanos) -> seen.add(operation.name() + " " + call.outcome() + " " + call.attempts());
    }

    private static List<String> names(OperationRegistry registry) {
        return registry.plans().stream().map((plan) -> plan.operation().name()).toList();
    }

    private static List<String> adviceOf(Object bean) {
        List<String> names = new ArrayList<>();
        for (Advisor advisor : ((Advised) bean).getAdvisors()) {
            names.add(advisor.getAdvice().getClass().getSimpleName());
        }
        return names;
    }

    public static class Orders {

        @Autowired
        @Nullable
        TraceContributor trace;

        @Traced
        @Transactional
        public void place() {
            write("place");
        }

        @Traced(attempts = 3)
        @Transactional
        public void fail() {
            write("fail");
            throw new IllegalStateException("refused");
        }

        private void write(String what) {
            if (this.trace != null) {
                this.trace.write(what);
            }
        }
    }

    static class SimpleOrders {

        SimpleOrders(String name) {}

        @Traced
        void place() {}
    }

    interface Shop {

        @Traced
        void sell(String what);
    }

    static final class OnlineShop implements Shop {

        @Override
        @Transactional
        public void sell(String what) {}
    }

    static class ShopFactory implements FactoryBean<Shop> {

        @Override
        public Shop getObject() {
            return (what) -> {};
        }

        @Override
        public Class<?> getObjectType() {
            return Shop.class;
        }
    }

    static class Overloaded {

        @Traced
        void place(String what) {}

        @Traced
        void place(int what) {}
    }

    @Traced(operation = "orders.cancel")
    @java.lang.annotation.Retention(java.lang.annotation.RetentionPolicy.RUNTIME)
    @interface Cancelling {}

    static class Named {

        @Cancelling
        void first() {}

        @Traced(operation = "orders.place")
        void second() {}
    }

    static class Hidden {

        @Traced
        private void one() {}

        @Traced
        final void two() {}

        @Traced
        static void three() {}
    }

    static class Left {

        @Autowired
        @Nullable
        Right right;

        @Traced
        void go() {}
    }

    static class Right {

        @Autowired
        @Nullable
        Left left;
    }

    static class Correlated {

        @Traced
        @Nullable
        String id() {
            return Correlation.current();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class LazyBeans {

        static final AtomicReference<@Nullable String> CREATED = new AtomicReference<>();

        @Bean
        @Lazy
        SimpleOrders lazyOrders() {
            CREATED.set("lazyOrders");
            return new SimpleOrders("lazy");
        }

        @Bean
        @org.springframework.context.annotation.Scope("prototype")
        SimpleOrders prototypeOrders() {
            return new SimpleOrders("prototype");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(order = Ordered.HIGHEST_PRECEDENCE)
    static class HighestOrder {}

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(order = -1)
    static class MinusOneOrder {}

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(order = 0)
    static class ZeroOrder {}

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(order = 42)
    static class FortyTwoOrder {}

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement
    static class LowestOrder {}

    /** An auto-proxy creator of the application's own that runs after everything else and adds transactions. */
    @Configuration(proxyBeanMethods = false)
    static class LateTransactions {

        @Bean
        static DefaultAdvisorAutoProxyCreator lateCreator() {
            DefaultAdvisorAutoProxyCreator creator = new DefaultAdvisorAutoProxyCreator();
            creator.setProxyTargetClass(true);
            creator.setOrder(Ordered.LOWEST_PRECEDENCE);
            creator.setAdvisorBeanNamePrefix("late");
            creator.setUsePrefix(true);
            return creator;
        }

        @Bean
        static Advisor lateTransactionAdvisor() {
            MethodInterceptor transaction = new TransactionInterceptor();
            return new org.springframework.aop.support.DefaultPointcutAdvisor(
                    new org.springframework.aop.support.NameMatchMethodPointcut() {
                        {
                            addMethodName("place");
                            setClassFilter((type) -> Orders.class.isAssignableFrom(type));
                        }
                    },
                    transaction);
        }
    }
}
