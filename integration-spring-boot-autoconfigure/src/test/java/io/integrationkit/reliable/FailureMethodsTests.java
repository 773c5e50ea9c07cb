package io.integrationkit.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.call.SimpleCalls;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.transaction.annotation.Transactional;

/** Fallbacks and compensations: methods that are found by name at start-up and called with a failure. */
class FailureMethodsTests {

    private static final Object[] ORDER = {"order-7", 3};

    private final DefaultListableBeanFactory beanFactory = new DefaultListableBeanFactory();

    private final Payments payments = new Payments("bank");

    @ParameterizedTest
    @CsvSource({
        "same, same order-7 3 bank",
        "nothing, nothing bank",
        "onlyFailure, onlyFailure down bank",
        "onlyCategory, onlyCategory TEMPORARY bank",
        "argumentsAndFailure, argumentsAndFailure order-7 3 down bank",
        "argumentsAndCategory, argumentsAndCategory order-7 3 TEMPORARY bank",
        "wider, wider order-7 3 bank",
        "hidden, hidden bank",
        "inherited, inherited bank",
        "inheritedHidden, inheritedHidden bank",
        "ofInterface, ofInterface",
        "shared, shared down",
        "charge, overload down",
    })
    void aFallbackTakesTheArgumentsAndTheFailureOrPartsOfThem(String name, String expected) throws Throwable {
        assertThat(fallback(name).invoke(this.payments, ORDER, new IOException("down"), FailureCategory.TEMPORARY))
                .isEqualTo(expected);
    }

    @Test
    void theMethodThatNamesTheFailureMostExactlyIsCalled() throws Throwable {
        FailureMethods fallback = fallback("byKind");
        assertThat(answer(fallback, new FileNotFoundException("x"))).isEqualTo("file");
        assertThat(answer(fallback, new IOException("x"))).isEqualTo("io");
        assertThat(answer(fallback, new java.net.ConnectException("x"))).isEqualTo("io");
        assertThat(fallback.accepts(new IOException("x"))).isTrue();
    }

    @Test
    void withoutAMethodForTheFailureTheFailureItselfIsThrown() {
        FailureMethods fallback = fallback("byKind");
        TimeoutException failure = new TimeoutException();
        assertThat(fallback.accepts(failure)).isFalse();
        assertThatThrownBy(() -> answer(fallback, failure)).isSameAs(failure);
    }

    @Test
    void aMethodWithoutAKindOfFailureTakesTheRest() throws Throwable {
        FailureMethods fallback = fallback("withRest");
        assertThat(answer(fallback, new IOException("x"))).isEqualTo("io");
        assertThat(answer(fallback, new TimeoutException())).isEqualTo("rest order-7");
    }

    @Test
    void whatTheMethodThrowsIsThrownItself() {
        FailureMethods fallback = fallback("throwing");
        assertThatExceptionOfType(FileNotFoundException.class)
                .isThrownBy(() -> answer(fallback, new IOException("x")))
                .withMessage("from the fallback");
    }

    @Test
    void aResultWithTypeVariablesIsJudgedByWhatTheClassMakesOfThem() throws Throwable {
        Operation load = operation(Orders.class, "load");
        assertThat(find("cached", load, true).invoke(new Orders(), new Object[] {7L}, new IOException(), null))
                .isEqualTo(List.of("cached 7"));
        assertProblem("numbers", load).contains("returns List<Integer> where the operation returns List<String>");
        assertProblem("text", load).contains("takes String where the operation has Long");
        assertProblem("primitive", load).contains("takes long where the operation has Long");
    }

    @Test
    void theMethodIsCalledOnTheObjectWhoseOperationFailed() throws Throwable {
        FailureMethods fallback = fallback("hidden");
        assertThat(fallback.invoke(new Payments("one"), ORDER, new IOException(), FailureCategory.TEMPORARY))
                .isEqualTo("hidden one");
        assertThat(fallback.invoke(new Payments("two"), ORDER, new IOException(), FailureCategory.TEMPORARY))
                .isEqualTo("hidden two");
    }

    @Test
    void aPrivateMethodSeesTheFieldsOfTheObjectBehindItsProxy() throws Throwable {
        ProxyFactory proxy = new ProxyFactory(new Payments("behind"));
        proxy.setProxyTargetClass(true);
        assertThat(fallback("hidden").invoke(proxy.getProxy(), ORDER, new IOException(), FailureCategory.TEMPORARY))
                .isEqualTo("hidden behind");
    }

    @Test
    void aPrivateFallbackIsCalledByManyThreadsAtOnce() throws Exception {
        FailureMethods fallback = fallback("hidden");
        int threads = 4;
        // So many that the threads really overlap: with 50,000 they can pass one after the other.
        int calls = 1_000_000;
        CyclicBarrier start = new CyclicBarrier(threads);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                answers.add(executor.submit(() -> {
                    start.await();
                    return succeeding(fallback, calls);
                }));
            }
            for (Future<Integer> answer : answers) {
                assertThat(answer.get()).isEqualTo(calls);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    private int succeeding(FailureMethods fallback, int calls) throws Exception {
        IOException failure = new IOException();
        int succeeded = 0;
        for (int i = 0; i < calls; i++) {
            try {
                if ("hidden bank".equals(fallback.invoke(this.payments, ORDER, failure, FailureCategory.TEMPORARY))) {
                    succeeded++;
                }
            } catch (Throwable ex) {
                throw new IllegalStateException(ex);
            }
        }
        return succeeded;
    }

    @Test
    void aMethodOfAnotherBeanIsCalledThroughItsProxy() throws Throwable {
        List<String> advised = new ArrayList<>();
        register("spare", Spare.class, () -> {
            ProxyFactory proxy = new ProxyFactory(new Spare());
            proxy.setProxyTargetClass(true);
            proxy.addAdvice((org.springframework.aop.MethodBeforeAdvice)
                    (method, arguments, target) -> advised.add(method.getName()));
            return (Spare) proxy.getProxy();
        });
        assertThat(answer(fallback("spare.charge"), new IOException("x"))).isEqualTo("spare order-7");
        assertThat(advised).containsExactly("charge");
    }

    @Test
    void aMethodOfAnotherBeanIsCalledThroughAProxyOfItsInterfaces() throws Throwable {
        RootBeanDefinition definition = new RootBeanDefinition(Charges.class, () -> {
            ProxyFactory proxy = new ProxyFactory(new Spare());
            proxy.setInterfaces(Charges.class);
            return (Charges) proxy.getProxy();
        });
        definition.setAttribute(
                org.springframework.aop.framework.autoproxy.AutoProxyUtils.ORIGINAL_TARGET_CLASS_ATTRIBUTE,
                Spare.class);
        this.beanFactory.registerBeanDefinition("spare", definition);
        assertThat(answer(fallback("spare.charge"), new IOException("x"))).isEqualTo("spare order-7");
    }

    @Test
    void aLazyBeanIsNotMadeBeforeItIsNeeded() throws Throwable {
        List<String> made = new ArrayList<>();
        register("spare", Spare.class, () -> {
            made.add("spare");
            return new Spare();
        });
        FailureMethods fallback = fallback("spare.charge");
        assertThat(made).isEmpty();
        assertThat(answer(fallback, new IOException("x"))).isEqualTo("spare order-7");
    }

    @Test
    void aMisspeltNameIsAnsweredWithTheNearestOneAndTheSignatures() {
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> fallback("nothin"))
                .satisfies((ex) -> {
                    assertThat(ex.code()).isEqualTo(ProblemCode.FALLBACK_NOT_FOUND);
                    assertThat(ex)
                            .hasMessage("INT-117: The fallback 'nothin' of operation 'bean.charge' does not fit: "
                                    + Payments.class.getName() + " has no method 'nothin'; did you mean 'nothing'?");
                    assertThat(ex.action())
                            .isEqualTo("Declare one of: String nothin(String, int); String nothin(String, int,"
                                    + " Throwable); String nothin(String, int, FailureCategory); String"
                                    + " nothin(Throwable); String nothin()");
                });
    }

    @Test
    void aMisspeltBeanIsAnsweredWithTheNearestOne() {
        register("spare", Spare.class, Spare::new);
        assertProblem("spar.charge", charge()).contains("there is no bean 'spar'; did you mean 'spare'?");
        assertProblem("spare.chargee", charge()).contains("has no method 'chargee'; did you mean 'charge'?");
        assertProblem("spare.hidden", charge()).contains("is private, and of another bean");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "returnsNothing | void returnsNothing(String, int) returns void where the operation returns String",
                "returnsOther   | Integer returnsOther() returns Integer where the operation returns String",
                "otherType      | String otherType(Integer, int) takes Integer where the operation has String",
                "otherOrder     | String otherOrder(int, String) takes int where the operation has String",
                "tooFew         | String tooFew(String) takes 1 arguments where the operation has 2",
                "tooMany        | String tooMany(String, int, String) takes 3 arguments where the operation has 2",
                "failureFirst   | takes 3 arguments where the operation has 2",
                "oneDoesNotFit  | takes Integer where the operation has String",
                "alike          | fit equally well",
                "transactional  | carries @Transactional, which would be ignored",
                "retried        | would be ignored",
            })
    void aMethodThatDoesNotFitEndsStartUpAndSaysWhy(String name, String reason) {
        assertProblem(name, charge()).startsWith("INT-117").contains(reason);
    }

    @Test
    void theOperationIsNoFallbackOfItself() {
        assertProblem("load", operation(Orders.class, "load")).contains("has no method 'load'");
    }

    @Test
    void aCompensationMayReturnAnything() throws Throwable {
        for (String name : List.of("returnsNothing", "returnsOther", "same")) {
            FailureMethods compensation = find(name, charge(), false);
            compensation.invoke(this.payments, ORDER, new IOException(), FailureCategory.PERMANENT);
        }
        assertThat(this.payments.compensated).containsExactly("order-7");
    }

    @Test
    void anOperationThatReturnsNothingTakesAnyFallback() throws Throwable {
        Operation notify = operation(Payments.class, "notifyBank");
        assertThat(find("returnsOther", notify, true)
                        .invoke(this.payments, new Object[0], new IOException(), FailureCategory.TEMPORARY))
                .isEqualTo(7);
    }

    private String answer(FailureMethods methods, Throwable failure) throws Throwable {
        return (String) methods.invoke(this.payments, ORDER, failure, FailureCategory.TEMPORARY);
    }

    private FailureMethods fallback(String reference) {
        return find(reference, charge(), true);
    }

    private FailureMethods find(String reference, Operation operation, boolean recovers) {
        return FailureMethods.find("fallback", reference, operation, new BeanMethods(this.beanFactory), recovers);
    }

    private org.assertj.core.api.AbstractStringAssert<?> assertProblem(String reference, Operation operation) {
        try {
            find(reference, operation, true);
        } catch (InvalidOperationException ex) {
            return assertThat(ex.getMessage());
        }
        throw new AssertionError(reference + " fits");
    }

    private static Operation charge() {
        return operation(Payments.class, "charge");
    }

    private static Operation operation(Class<?> type, String method) {
        return SimpleCalls.operation(type, method);
    }

    private <T> void register(String name, Class<T> type, Supplier<T> supplier) {
        BeanDefinition definition = new RootBeanDefinition(type, supplier);
        definition.setLazyInit(true);
        this.beanFactory.registerBeanDefinition(name, definition);
    }

    interface Charges {

        default String ofInterface() {
            return "ofInterface";
        }

        default String charge(String id, int amount, Throwable failure) {
            return "overload " + failure.getMessage();
        }
    }

    static class Account {

        final String name;

        Account(String name) {
            this.name = name;
        }

        String inherited() {
            return "inherited " + this.name;
        }

        private String inheritedHidden() {
            return "inheritedHidden " + this.name;
        }
    }

    static class Payments extends Account implements Charges {

        final List<String> compensated = new ArrayList<>();

        Payments() {
            this("");
        }

        Payments(String name) {
            super(name);
        }

        @Reliable
        public String charge(String id, int amount) {
            return "charged";
        }

        @Reliable
        public void notifyBank() {}

        String same(String id, int amount) {
            return "same %s %d %s".formatted(id, amount, this.name);
        }

        String nothing() {
            return "nothing " + this.name;
        }

        String onlyFailure(Exception failure) {
            return "onlyFailure %s %s".formatted(failure.getMessage(), this.name);
        }

        String onlyCategory(FailureCategory category) {
            return "onlyCategory %s %s".formatted(category, this.name);
        }

        String argumentsAndFailure(String id, int amount, Throwable failure) {
            return "argumentsAndFailure %s %d %s %s".formatted(id, amount, failure.getMessage(), this.name);
        }

        String argumentsAndCategory(String id, int amount, FailureCategory category) {
            return "argumentsAndCategory %s %d %s %s".formatted(id, amount, category, this.name);
        }

        String wider(CharSequence id, Number amount) {
            return "wider %s %s %s".formatted(id, amount, this.name);
        }

        private String hidden() {
            return "hidden " + this.name;
        }

        static String shared(Throwable failure) {
            return "shared " + failure.getMessage();
        }

        String byKind(FileNotFoundException failure) {
            return "file";
        }

        String byKind(String id, int amount, IOException failure) {
            return "io";
        }

        String withRest(IOException failure) {
            return "io";
        }

        String withRest(String id, int amount) {
            return "rest " + id;
        }

        String throwing() throws IOException {
            throw new FileNotFoundException("from the fallback");
        }

        void returnsNothing(String id, int amount) {
            this.compensated.add(id);
        }

        Integer returnsOther() {
            return 7;
        }

        String otherType(Integer id, int amount) {
            return "";
        }

        String otherOrder(int amount, String id) {
            return "";
        }

        String tooFew(String id) {
            return "";
        }

        String tooMany(String id, int amount, String more) {
            return "";
        }

        String failureFirst(Throwable failure, String id, int amount) {
            return "";
        }

        String oneDoesNotFit(String id, int amount) {
            return "";
        }

        String oneDoesNotFit(Integer id, int amount, Throwable failure) {
            return "";
        }

        String alike(String id, int amount, IOException failure) {
            return "";
        }

        String alike(CharSequence id, int amount, IOException failure) {
            return "";
        }

        @Transactional
        public String transactional(String id, int amount) {
            return "";
        }

        @Reliable
        public String retried(String id, int amount) {
            return "";
        }
    }

    static class Spare implements Charges {

        public String charge(String id, int amount) {
            return "spare " + id;
        }

        @Override
        public String charge(String id, int amount, Throwable failure) {
            return "spare " + id;
        }

        private String hidden() {
            return "";
        }
    }

    static class Repository<K, V> {

        @Reliable
        public @Nullable List<V> load(K key) {
            return null;
        }
    }

    static class Orders extends Repository<Long, String> {

        @Override
        @Reliable
        public List<String> load(Long key) {
            return List.of();
        }

        List<String> cached(Long key) {
            return List.of("cached " + key);
        }

        List<Integer> numbers(Long key) {
            return List.of();
        }

        List<String> text(String key) {
            return List.of();
        }

        List<String> primitive(long key) {
            return List.of();
        }
    }
}
