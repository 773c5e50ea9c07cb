package io.integrationkit.reliable;

import static io.integrationkit.failure.FailureCategory.PERMANENT;
import static io.integrationkit.failure.FailureCategory.RATE_LIMIT;
import static io.integrationkit.failure.FailureCategory.REJECTED;
import static io.integrationkit.failure.FailureCategory.TEMPORARY;
import static io.integrationkit.failure.FailureCategory.VALIDATION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PlanContributor;
import io.integrationkit.call.SimpleCalls;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.AliasFor;
import org.springframework.core.annotation.Order;

/** Recovery by category: which handler is asked, in which order, and what becomes of its answer. */
class FailureHandlersTests {

    private static final Object[] ORDER = {"order-7"};

    private final DefaultListableBeanFactory beanFactory = new DefaultListableBeanFactory();

    private final List<FailureHandler> beans = new ArrayList<>();

    private final FailureHandlers handlers = new FailureHandlers(this.beanFactory, () -> this.beans);

    private final Payments payments = new Payments();

    FailureHandlersTests() {
        this.beanFactory.registerBeanDefinition("bean", new RootBeanDefinition(Payments.class));
    }

    @ParameterizedTest
    @CsvSource({
        "RATE_LIMIT, limited order-7",
        "PERMANENT, refused PERMANENT",
        "VALIDATION, refused VALIDATION",
        "REJECTED, rejected"
    })
    void theMethodForTheCategoryIsAsked(FailureCategory category, String expected) {
        assertRecovered(recover(category, new IOException("down"))).isEqualTo(expected);
    }

    @Test
    void aFailureThatNoMethodIsForGoesOn() {
        IOException failure = new IOException("down");
        assertThat(recover(TEMPORARY, failure)).isEqualTo(CallRecovery.Result.failed(failure));
    }

    @Test
    void theMethodThatNamesTheFailureMostExactlyIsAsked() {
        assertRecovered(recover(RATE_LIMIT, new FileNotFoundException())).isEqualTo("limited file");
    }

    @Test
    void aMethodOfTheSameBeanComesBeforeOneOfAnother() {
        register("spare", Spare.class);
        assertRecovered(recover(RATE_LIMIT, new IOException("down"))).isEqualTo("limited order-7");
        assertRecovered(recover(TEMPORARY, new IOException("down"))).isEqualTo("spare TEMPORARY");
        assertThat(recovery("", "").handlers()).startsWith("bean.limited").endsWith("spare.any");
        this.handlers.afterSingletonsInstantiated();
    }

    @Test
    void aMethodIsForTheOperationsItNames() {
        register("spare", Spare.class);
        assertThat(this.handlers
                        .of(new Operation("orders.load", "orders", Orders.class, method(Orders.class)), "", "")
                        .handlers())
                .isEmpty();
        assertThat(this.handlers
                        .of(new Operation("bean.other", "x", Orders.class, method(Orders.class)), "", "")
                        .handlers())
                .containsExactly("spare.any");
    }

    @Test
    void beansAreAskedInTheirOrderUntilOneDoesNotPropagate() {
        List<FailedCall> asked = new ArrayList<>();
        this.beans.add((call) -> {
            asked.add(call);
            return Recovery.propagate();
        });
        this.beans.add((call) -> Recovery.with("from a bean"));
        this.beans.add((call) -> Recovery.with("too late"));
        IOException failure = new IOException("down");
        assertRecovered(recover(TEMPORARY, failure)).isEqualTo("from a bean");
        assertThat(asked)
                .containsExactly(new FailedCall("bean.charge", List.of("order-7"), Failure.of(TEMPORARY), failure));
        assertThat(asked.get(0).toString()).doesNotContain("order-7").doesNotContain("down");
    }

    @Test
    void methodsComeBeforeBeansAndBeansBeforeTheFallback() {
        this.beans.add((call) ->
                (call.failure().category() == TEMPORARY) ? Recovery.propagate() : Recovery.with("from a bean"));
        CallRecovery recovery = recovery("fallback", "");
        assertRecovered(recover(recovery, RATE_LIMIT, new IOException())).isEqualTo("limited order-7");
        assertRecovered(recover(recovery, TEMPORARY, new IOException())).isEqualTo("fallback order-7");
        this.beans.clear();
        this.beans.add((call) -> Recovery.with("from a bean"));
        assertRecovered(recover(recovery("fallback", ""), TEMPORARY, new IOException()))
                .isEqualTo("from a bean");
    }

    @Test
    void whoThrowsTheFailureItselfLeavesItToTheNext() {
        register("thrower", Thrower.class);
        IOException failure = new IOException("same");
        assertThat(recover(TEMPORARY, failure).failure()).isSameAs(failure);
        this.beans.add((call) -> {
            throw call.cause();
        });
        assertRecovered(recover(recovery("fallback", ""), TEMPORARY, failure)).isEqualTo("fallback order-7");
        assertThat(recover(recovery("rethrowing", ""), TEMPORARY, failure))
                .isEqualTo(CallRecovery.Result.failed(failure));
    }

    @Test
    void whatAHandlerThrowsInsteadReplacesTheFailureAndEndsTheAsking() {
        register("thrower", Thrower.class);
        this.beans.add((call) -> Recovery.with("too late"));
        IOException failure = new IOException("down");
        CallRecovery.Result result = recover(recovery("fallback", ""), TEMPORARY, failure);
        assertThat(result.recovered()).isFalse();
        assertThat(result.failure())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("instead")
                .satisfies((thrown) -> assertThat(thrown.getSuppressed()).containsExactly(failure));
        assertThat(failure.getSuppressed()).isEmpty();
    }

    @Test
    void theReplacedFailureIsNotSuppressedWhereItIsTheCause() {
        this.beans.add((call) -> {
            throw new IllegalStateException("instead", call.cause());
        });
        CallRecovery.Result result = recover(TEMPORARY, new IOException("down"));
        assertThat(result.failure()).hasMessage("instead");
        assertThat(result.failure().getSuppressed()).isEmpty();
    }

    @Test
    void aFallbackThatFailsReplacesTheFailure() {
        assertThat(recover(recovery("failing", ""), TEMPORARY, new IOException("down"))
                        .failure())
                .hasMessage("fallback failed");
    }

    @Test
    void aFallbackThatDoesNotTakeTheFailureLeavesIt() {
        IOException failure = new IOException("down");
        assertThat(recover(recovery("ofFiles", ""), TEMPORARY, failure)).isEqualTo(CallRecovery.Result.failed(failure));
    }

    @Test
    void aValueThatTheOperationCannotReturnIsAnError() {
        this.beans.add((call) -> Recovery.with(7));
        assertThat(recover(TEMPORARY, new IOException()).failure())
                .isInstanceOfSatisfying(
                        ProblemException.class, (ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.FALLBACK_NOT_FOUND))
                .hasMessageContaining("operation 'bean.charge', which returns java.lang.String, with a value of"
                        + " java.lang.Integer");
    }

    @Test
    void anOperationThatReturnsNothingIsRecoveredWithNothing() {
        this.beans.add((call) -> Recovery.with("ignored"));
        CallRecovery recovery =
                this.handlers.of(new Operation("orders.load", "orders", Orders.class, method(Orders.class)), "", "");
        assertThat(recovery.recover(new Orders(), ORDER, Failure.of(TEMPORARY), new IOException()))
                .isEqualTo(CallRecovery.Result.recovered(null));
    }

    @Test
    void theCompensationIsCalledForTheFailuresItTakes() throws Throwable {
        CallRecovery recovery = recovery("", "undo");
        assertThat(recovery.compensate(this.payments, ORDER, Failure.of(PERMANENT), new IOException()))
                .isTrue();
        assertThat(this.payments.undone).containsExactly("order-7 PERMANENT");
        assertThat(recovery("", "undoFiles").compensate(this.payments, ORDER, Failure.of(PERMANENT), new IOException()))
                .isFalse();
        assertThat(recovery("", "").compensate(this.payments, ORDER, Failure.of(PERMANENT), new IOException()))
                .isFalse();
        assertThatIllegalStateException()
                .isThrownBy(() -> recovery("", "undoFailing")
                        .compensate(this.payments, ORDER, Failure.of(PERMANENT), new IOException()))
                .withMessage("compensation failed");
    }

    @Test
    void anOperationWithoutAnyNeedNotAsk() {
        Operation orders = new Operation("orders.load", "orders", Orders.class, method(Orders.class));
        assertThat(this.handlers.of(orders, "", "").isEmpty()).isTrue();
        assertThat(recovery("", "").isEmpty()).isFalse();
        this.beans.add((call) -> Recovery.propagate());
        assertThat(this.handlers.of(orders, "", "").isEmpty()).isFalse();
    }

    @Test
    void aMethodThatFitsNoOperationEndsStartUp() {
        register("lost", Misspelt.class);
        recovery("", "");
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(this.handlers::afterSingletonsInstantiated)
                .withMessage("INT-117: The @OnFailure method 'lost.handle' is for the operation [bean.chrage], but no"
                        + " @Reliable operation is that; did you mean 'bean.charge'?")
                .satisfies((ex) -> assertThat(ex.action()).contains("[bean.charge]"));
    }

    @Test
    void aMethodWithoutAnOperationInItsBeanEndsStartUp() {
        register("lost", Alone.class);
        recovery("", "");
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(this.handlers::afterSingletonsInstantiated)
                .withMessageContaining("'lost.handle' is for an operation of its own bean");
    }

    @Test
    void aMethodThatDoesNotFitItsOperationEndsStartUp() {
        register("wrong", Wrong.class);
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> recovery("", ""))
                .withMessageContaining("The @OnFailure method 'wrong.handle' of operation 'bean.charge' does not fit:"
                        + " int handle(Throwable) returns int where the operation returns String");
    }

    @Test
    void twoMethodsThatFitEquallyWellEndStartUp() {
        register("spare", Spare.class);
        register("spare2", Spare.class);
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> recovery("", ""))
                .withMessageContaining("fit operation 'bean.charge' equally well");
    }

    @Test
    void aComposedAnnotationMarksAHandlerToo() {
        register("composed", Composed.class);
        assertRecovered(recover(TEMPORARY, new IOException())).isEqualTo("composed");
    }

    @Test
    void anApplicationWhoseHandlersFitStarts() {
        runner().withBean("bean", Payments.class).withBean("spare", Spare.class).run((context) -> {
            assertThat(context).hasNotFailed();
            assertRecovered(context.getBean(Resolving.class)
                            .recovery
                            .recover(this.payments, ORDER, Failure.of(TEMPORARY), new IOException()))
                    .isEqualTo("spare TEMPORARY");
        });
    }

    @Test
    void handlerBeansOfAnApplicationAreAskedInTheirOrder() {
        runner().withBean("bean", Payments.class)
                .withUserConfiguration(HandlerBeans.class)
                .run((context) -> {
                    CallRecovery recovery = context.getBean(Resolving.class).recovery;
                    assertRecovered(recovery.recover(this.payments, ORDER, Failure.of(TEMPORARY), new IOException()))
                            .isEqualTo("first");
                });
    }

    @Test
    void anApplicationWithAHandlerForNothingDoesNotStart() {
        runner().withBean("bean", Payments.class)
                .withBean("lost", Misspelt.class)
                .run((context) -> assertThat(context)
                        .hasFailed()
                        .getFailure()
                        .isInstanceOf(InvalidOperationException.class)
                        .hasMessageContaining("INT-117"));
    }

    private static ApplicationContextRunner runner() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class, ReliableAutoConfiguration.class))
                .withUserConfiguration(Resolving.class);
    }

    private CallRecovery recovery(String fallback, String compensation) {
        return this.handlers.of(SimpleCalls.operation(Payments.class, "charge"), fallback, compensation);
    }

    private CallRecovery.Result recover(FailureCategory category, Throwable failure) {
        return recover(recovery("", ""), category, failure);
    }

    private CallRecovery.Result recover(CallRecovery recovery, FailureCategory category, Throwable failure) {
        return recovery.recover(this.payments, ORDER, Failure.of(category), failure);
    }

    private static org.assertj.core.api.ObjectAssert<Object> assertRecovered(CallRecovery.Result result) {
        assertThat(result.recovered()).isTrue();
        assertThat(result.failure()).isNull();
        return assertThat(result.value());
    }

    private void register(String name, Class<?> type) {
        this.beanFactory.registerBeanDefinition(name, new RootBeanDefinition(type));
    }

    private static java.lang.reflect.Method method(Class<?> type) {
        return SimpleCalls.operation(type, "load").method();
    }

    static class Payments {

        final List<String> undone = new ArrayList<>();

        @Reliable
        public String charge(String id) {
            return "charged";
        }

        @OnFailure(RATE_LIMIT)
        private String limited(String id) {
            return "limited " + id;
        }

        @OnFailure(category = RATE_LIMIT)
        private String limitedFile(FileNotFoundException failure) {
            return "limited file";
        }

        @OnFailure({PERMANENT, VALIDATION})
        private String refused(FailureCategory category) {
            return "refused " + category;
        }

        @OnFailure(REJECTED)
        private String rejected() {
            return "rejected";
        }

        private String fallback(String id) {
            return "fallback " + id;
        }

        private String rethrowing(Throwable failure) throws Throwable {
            throw failure;
        }

        private String failing() {
            throw new IllegalStateException("fallback failed");
        }

        private String ofFiles(FileNotFoundException failure) {
            return "file";
        }

        private void undo(String id, FailureCategory category) {
            this.undone.add(id + " " + category);
        }

        private void undoFiles(FileNotFoundException failure) {}

        private void undoFailing() {
            throw new IllegalStateException("compensation failed");
        }
    }

    static class Orders {

        @Reliable
        public void load(String id) {}
    }

    static class Spare {

        @OnFailure(operation = "bean.*")
        public String any(FailureCategory category) {
            return "spare " + category;
        }
    }

    static class Thrower {

        @OnFailure(value = TEMPORARY, operation = "bean.charge")
        public String handle(Throwable failure) throws Throwable {
            if ("same".equals(failure.getMessage())) {
                throw failure;
            }
            throw new IllegalStateException("instead");
        }
    }

    static class Misspelt {

        @OnFailure(operation = "bean.chrage")
        public String handle() {
            return "";
        }
    }

    static class Alone {

        @OnFailure
        public String handle() {
            return "";
        }
    }

    static class Wrong {

        @OnFailure(operation = "bean.charge")
        public int handle(Throwable failure) {
            return 0;
        }
    }

    @OnFailure(operation = "bean.charge")
    @java.lang.annotation.Retention(java.lang.annotation.RetentionPolicy.RUNTIME)
    @interface OnOutage {

        @AliasFor(annotation = OnFailure.class, attribute = "category")
        FailureCategory[] value() default TEMPORARY;
    }

    static class Composed {

        @OnOutage
        public String handle() {
            return "composed";
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class HandlerBeans {

        @Bean
        @Order(2)
        FailureHandler second() {
            return (call) -> Recovery.with("second");
        }

        @Bean
        @Order(1)
        FailureHandler first() {
            return (call) -> Recovery.with("first");
        }
    }

    /** Stands for the contributor that puts the recovery into plans. */
    @Configuration(proxyBeanMethods = false)
    static class Resolving {

        private CallRecovery recovery;

        @Bean
        PlanContributor resolving(ObjectProvider<FailureHandlers> handlers) {
            return (operation, plan) -> {
                if (operation.name().equals("bean.charge")) {
                    this.recovery = handlers.getObject().of(operation, "", "");
                }
            };
        }
    }
}
