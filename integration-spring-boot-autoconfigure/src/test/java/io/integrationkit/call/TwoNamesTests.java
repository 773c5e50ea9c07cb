package io.integrationkit.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.reliable.OnFailure;
import io.integrationkit.reliable.Reliable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.AutowireCapableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.transaction.annotation.Transactional;

/** An application may choose one of its beans and make it a bean under a second name; it stays one operation. */
class TwoNamesTests {

    private final ApplicationContextRunner plain = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, CallAutoConfiguration.class))
            .withBean(TraceContributor.class);

    private final ApplicationContextRunner transactional = this.plain.withConfiguration(AutoConfigurations.of(
            DataSourceAutoConfiguration.class,
            DataSourceTransactionManagerAutoConfiguration.class,
            TransactionAutoConfiguration.class));

    @Test
    void aCallHasItsAttemptsOnceUnderBothNames() {
        this.plain.withUserConfiguration(Chosen.class).run((context) -> {
            assertThat(context.getBean(Gateway.class)).isSameAs(context.getBean("bank"));
            assertThatACallThroughBothNamesIsTraced(context, "outer", "inner", "outer", "inner", "outer", "inner");
        });
    }

    @Test
    void eachAttemptIsATransactionOfItsOwnUnderBothNames() {
        for (String ofClass : List.of("true", "false")) {
            this.transactional
                    .withPropertyValues("spring.aop.proxy-target-class=" + ofClass)
                    .withUserConfiguration(ChosenTransactional.class)
                    .run((context) -> assertThatACallThroughBothNamesIsTraced(
                            context,
                            "outer",
                            "inner in transaction",
                            "outer",
                            "inner in transaction",
                            "outer",
                            "inner in transaction"));
        }
    }

    @Test
    void theTransactionOfAMethodThatIsNoOperationStaysUnderBothNames() {
        this.transactional.withUserConfiguration(ChosenTransactional.class).run((context) -> {
            TraceContributor trace = context.getBean(TraceContributor.class);
            context.getBean("bank", Gateway.class).settle(trace);
            context.getBean("gateway", Gateway.class).settle(trace);
            assertThat(trace.trace).containsExactly("settle in transaction", "settle in transaction");
        });
    }

    @Test
    void theOperationIsListedUnderTheNameOfTheBeanThatWasIntercepted() {
        this.plain
                .withUserConfiguration(Chosen.class)
                .run((context) -> assertThat(names(context)).containsExactly("bank.charge"));
        this.transactional
                .withUserConfiguration(ChosenTransactional.class)
                .run((context) -> assertThat(names(context)).containsExactly("bank.charge"));
    }

    @Test
    void anOperationWithANameOfItsOwnIsNotTakenForTwo() {
        this.plain
                .withUserConfiguration(ChosenNamed.class)
                .run((context) -> assertThat(names(context)).containsExactly("pay"));
    }

    @Test
    void anInnerBeanThatBecomesABeanIsListedUnderItsFirstName() {
        this.plain
                .withUserConfiguration(Inner.class)
                .run((context) -> assertThat(names(context)).containsExactly("inner.charge"));
    }

    @Test
    void theRecoveryOfTheBeanIsThatOfItsOperationUnderBothNames() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        JacksonAutoConfiguration.class, CallAutoConfiguration.class, ReliableAutoConfiguration.class))
                .withUserConfiguration(ChosenRecovering.class)
                .run((context) -> {
                    assertThat(names(context)).containsExactly("bank.charge");
                    context.getBean("bank", Gateway.class).charge();
                    context.getBean("gateway", Gateway.class).charge();
                    assertThat(context.getBean(AtomicInteger.class)).hasValue(2);
                });
    }

    private static void assertThatACallThroughBothNamesIsTraced(
            AssertableApplicationContext context, String... expected) {
        TraceContributor trace = context.getBean(TraceContributor.class);
        for (String name : List.of("bank", "gateway")) {
            trace.trace.clear();
            assertThatIllegalStateException()
                    .isThrownBy(() -> context.getBean(name, Gateway.class).charge());
            assertThat(trace.trace).as(name).containsExactly(expected);
        }
    }

    private static List<String> names(AssertableApplicationContext context) {
        return context.getBean(OperationRegistry.class).plans().stream()
                .map((plan) -> plan.operation().name())
                .toList();
    }

    interface Gateway {

        void charge();

        default void settle(TraceContributor trace) {}
    }

    static class Bank implements Gateway {

        @Override
        @Traced(attempts = 3)
        public void charge() {
            throw new IllegalStateException("refused");
        }
    }

    static class TransactionalBank implements Gateway {

        @Override
        @Traced(attempts = 3)
        @Transactional
        public void charge() {
            throw new IllegalStateException("refused");
        }

        @Override
        @Transactional
        public void settle(TraceContributor trace) {
            trace.write("settle");
        }
    }

    static class NamedBank implements Gateway {

        @Override
        @Traced(operation = "pay")
        public void charge() {}
    }

    static class RecoveringBank implements Gateway {

        private final AtomicInteger recovered;

        RecoveringBank(AtomicInteger recovered) {
            this.recovered = recovered;
        }

        @Override
        @Reliable(maxAttempts = 1)
        public void charge() {
            throw new IllegalStateException("refused");
        }

        @OnFailure
        void recover(IllegalStateException failure) {
            this.recovered.incrementAndGet();
        }
    }

    /** The chosen name comes first, so that nothing depends on the order. */
    @Configuration(proxyBeanMethods = false)
    static class Chosen {

        @Bean
        @Primary
        Gateway gateway(Map<String, Gateway> all) {
            return all.values().iterator().next();
        }

        @Bean
        Gateway bank() {
            return new Bank();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ChosenTransactional {

        @Bean
        Gateway bank() {
            return new TransactionalBank();
        }

        @Bean
        @Primary
        Gateway gateway(Map<String, Gateway> all) {
            return all.values().iterator().next();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ChosenNamed {

        @Bean
        Gateway bank() {
            return new NamedBank();
        }

        @Bean
        @Primary
        Gateway gateway(Map<String, Gateway> all) {
            return all.values().iterator().next();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ChosenRecovering {

        @Bean
        AtomicInteger recovered() {
            return new AtomicInteger();
        }

        @Bean
        Gateway bank(AtomicInteger recovered) {
            return new RecoveringBank(recovered);
        }

        @Bean
        @Primary
        Gateway gateway(Map<String, Gateway> all) {
            return all.values().iterator().next();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Inner {

        @Bean
        Gateway gateway(AutowireCapableBeanFactory beans) {
            return (Gateway) beans.initializeBean(new Bank(), "inner");
        }
    }
}
