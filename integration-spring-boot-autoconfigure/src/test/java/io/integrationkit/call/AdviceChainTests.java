package io.integrationkit.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.context.TimeSource;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.aopalliance.intercept.MethodInterceptor;
import org.aspectj.lang.JoinPoint;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.AfterThrowing;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.aspectj.lang.annotation.Before;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.aop.Advisor;
import org.springframework.aop.aspectj.annotation.ReflectiveAspectJAdvisorFactory;
import org.springframework.aop.aspectj.annotation.SingletonMetadataAwareAspectInstanceFactory;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.interceptor.ExposeInvocationInterceptor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcutAdvisor;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.util.ClassUtils;

/** What stands behind our advice in a proxy runs on every attempt, with what came to us. */
class AdviceChainTests {

    private final List<String> log = new CopyOnWriteArrayList<>();

    private final Orders target = new Orders(this.log);

    private Executor attempts = Runnable::run;

    enum Kind {
        OF_CLASS,
        OF_INTERFACES,
        OPAQUE,
        /** Made by us, as for a bean that has no proxy yet. */
        OWN,
        OWN_OF_INTERFACES;

        boolean isOwn() {
            return this == OWN || this == OWN_OF_INTERFACES;
        }

        boolean isOfInterfaces() {
            return this == OF_INTERFACES || this == OWN_OF_INTERFACES;
        }
    }

    @ParameterizedTest
    @EnumSource
    void adviceBehindRunsOnceAnAttemptAndAdviceBeforeOnceACall(Kind kind) {
        Placing orders = proxy(kind, List.of(noting("before")), List.of(noting("behind"), noting("last")));
        assertThat(orders.place("tea", 2)).isEqualTo("2 tea");
        assertThat(this.log)
                .containsExactly(
                        "before", "behind", "last", "tea 2", "behind", "last", "tea 2", "behind", "last", "tea 2");
    }

    @ParameterizedTest
    @EnumSource
    void everyCallBeginsAnew(Kind kind) {
        Placing orders = proxy(kind, List.of(), List.of(noting("behind")));
        orders.place("tea", 1);
        this.log.clear();
        this.target.failures.set(1);
        orders.place("milk", 1);
        orders.place("bread", 1);
        assertThat(this.log).containsExactly("behind", "milk 1", "behind", "milk 1", "behind", "bread 1");
    }

    @ParameterizedTest
    @EnumSource
    void withNothingBehindTheMethodRunsOnEachAttempt(Kind kind) {
        assertThat(proxy(kind, List.of(noting("before")), List.of()).place("tea", 1))
                .isEqualTo("1 tea");
        assertThat(this.log).containsExactly("before", "tea 1", "tea 1", "tea 1");
    }

    @ParameterizedTest
    @EnumSource
    void eachAttemptGetsTheArgumentsThatCameToUs(Kind kind) {
        Placing orders = proxy(kind, List.of(), aspects(new Exclaiming()));
        assertThat(orders.place("tea", 1)).isEqualTo("1 tea!");
        assertThat(this.log).containsExactly("tea! 1", "tea! 1", "tea! 1");
    }

    @ParameterizedTest
    @EnumSource
    void advicesOfAspectJGetTheirBoundArgumentsOnEachAttempt(Kind kind) {
        Placing orders = proxy(kind, List.of(), aspects(new Watching(this.log)));
        orders.place("tea", 3);
        assertThat(this.log)
                .containsExactly(
                        "around tea",
                        "before 3 tea",
                        "tea 3",
                        "failed",
                        "around tea",
                        "before 3 tea",
                        "tea 3",
                        "failed",
                        "around tea",
                        "before 3 tea",
                        "tea 3");
    }

    @ParameterizedTest
    @EnumSource
    void soTheyDoOnOtherThreadsThanThatOfTheCall(Kind kind) {
        this.attempts = new ForkJoinPool(1);
        Placing orders = proxy(kind, List.of(), aspects(new Watching(this.log)));
        assertThat(orders.placeLater("tea").join()).isEqualTo("tea");
        assertThat(this.log)
                .containsExactly("before later tea", "tea", "before later tea", "tea", "before later tea", "tea");
    }

    @ParameterizedTest
    @EnumSource
    void onlyInProxiesOfOursTheMethodIsCalledWithoutReflection(Kind kind) {
        this.target.failures.set(0);
        proxy(kind, List.of(noting("before")), List.of()).place("tea", 1);
        assertThat(this.target.calledByReflection.get()).isNotEqualTo(kind.isOwn());
        proxy(kind, List.of(), List.of(noting("behind"))).place("tea", 1);
        assertThat(this.target.calledByReflection.get()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OPAQUE")
    void firstAdviceThatIsAddedBehindUsRunsFromThenOnUntilItIsRemoved(Kind kind) {
        this.target.failures.set(0);
        Placing orders = proxy(kind, List.of(), List.of());
        orders.place("tea", 1);
        Advisor added = noting("added");
        ((Advised) orders).addAdvisor(added);
        orders.place("tea", 2);
        ((Advised) orders).removeAdvisor(added);
        orders.place("tea", 3);
        assertThat(this.log).containsExactly("tea 1", "added", "tea 2", "tea 3");
    }

    @Test
    void whoeverRemovesOurAdviceCallsTheMethod() {
        this.target.failures.set(0);
        Placing orders = proxy(Kind.OWN, List.of(), List.of());
        orders.place("tea", 1);
        Advised advised = (Advised) orders;
        advised.removeAdvisor(advised.getAdvisorCount() - 1);
        advised.removeAdvisor(advised.getAdvisorCount() - 1);
        assertThat(orders.place("tea", 2)).isEqualTo("2 tea");
        assertThat(this.log).containsExactly("tea 1", "tea 2");
    }

    @ParameterizedTest
    @EnumSource(names = {"OF_CLASS", "OWN"})
    void adviceThatIsAddedAtRunTimeRunsFromThenOn(Kind kind) {
        Placing orders = proxy(kind, List.of(), List.of(noting("behind")));
        orders.place("tea", 1);
        this.log.clear();
        this.target.failures.set(1);
        ((Advised) orders).addAdvisor(noting("added"));
        orders.place("tea", 1);
        assertThat(this.log).containsExactly("behind", "added", "tea 1", "behind", "added", "tea 1");
    }

    @Test
    void adviceThatIsReplacedAtRunTimeRunsNoMore() {
        Advisor old = noting("old");
        Placing orders = proxy(Kind.OF_CLASS, List.of(), List.of(old));
        orders.place("tea", 1);
        this.log.clear();
        this.target.failures.set(1);
        assertThat(((Advised) orders).replaceAdvisor(old, noting("new"))).isTrue();
        orders.place("tea", 1);
        assertThat(this.log).containsExactly("new", "tea 1", "new", "tea 1");
    }

    @Test
    void adviceAddedBetweenTwoAttemptsRunsOnTheSecond() {
        List<Placing> proxies = new ArrayList<>();
        Placing orders =
                proxy(Kind.OF_CLASS, List.of(), List.of(new DefaultPointcutAdvisor((MethodInterceptor) (invocation) -> {
                    if (this.target.failures.get() == 2) {
                        ((Advised) proxies.get(0)).addAdvisor(noting("added"));
                    }
                    return invocation.proceed();
                })));
        proxies.add(orders);
        orders.place("tea", 1);
        assertThat(this.log).containsExactly("tea 1", "added", "tea 1", "added", "tea 1");
    }

    @ParameterizedTest
    @EnumSource
    void adviceThatAnswersItselfDoesSoOnEachAttempt(Kind kind) {
        MethodInterceptor answering = (invocation) -> {
            this.log.add("asked");
            if (this.log.size() < 3) {
                throw new SoldOutException();
            }
            return "answer";
        };
        assertThat(proxy(kind, List.of(), List.of(new DefaultPointcutAdvisor(answering)))
                        .place("tea", 1))
                .isEqualTo("answer");
        assertThat(this.log).containsExactly("asked", "asked", "asked");
    }

    @ParameterizedTest
    @EnumSource
    void threadsDoNotDisturbEachOther(Kind kind) {
        Placing orders = proxy(kind, List.of(), aspects(new Exclaiming()));
        this.target.failures.set(40);
        List<CompletableFuture<String>> calls = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String what = "tea" + i;
            calls.add(CompletableFuture.supplyAsync(() -> orders.place(what, 1)));
        }
        for (int i = 0; i < 40; i++) {
            assertThat(calls.get(i).join()).isEqualTo("1 tea" + i + "!");
        }
    }

    private Advisor noting(String name) {
        return new DefaultPointcutAdvisor((MethodInterceptor) (invocation) -> {
            this.log.add(name);
            return invocation.proceed();
        });
    }

    private static List<Advisor> aspects(Object aspect) {
        return new ReflectiveAspectJAdvisorFactory()
                .getAdvisors(new SingletonMetadataAwareAspectInstanceFactory(aspect, "aspect"));
    }

    private Placing proxy(Kind kind, List<Advisor> before, List<Advisor> behind) {
        OperationProxyFactory own = kind.isOwn() ? new OperationProxyFactory() : null;
        ProxyFactory factory = (own != null) ? own : new ProxyFactory();
        factory.setTarget(this.target);
        factory.setOpaque(kind == Kind.OPAQUE);
        if (kind.isOfInterfaces()) {
            factory.setInterfaces(Placing.class);
        } else {
            factory.setProxyTargetClass(true);
        }
        factory.addAdvisor(ExposeInvocationInterceptor.ADVISOR);
        factory.addAdvisors(before);
        OperationRegistry registry = new OperationRegistry(
                new DefaultListableBeanFactory(), () -> List.of(this::contribute), TimeSource.system());
        for (String method : List.of("place", "placeLater")) {
            PlanReference plan = new PlanReference(
                    "orders",
                    Orders.class,
                    ClassUtils.getMethod(Orders.class, method, (Class<?>[]) null),
                    () -> registry);
            NameMatchMethodPointcutAdvisor advisor =
                    new NameMatchMethodPointcutAdvisor(new OperationInterceptor.Outer(plan, false, own, true));
            advisor.setMappedName(method);
            factory.addAdvisor(advisor);
        }
        factory.addAdvisors(behind);
        return (Placing) factory.getProxy();
    }

    /** Attempts without end, for a result that comes later on another thread. */
    private void contribute(Operation operation, PlanBuilder plan) {
        if (operation.method().getName().equals("place")) {
            plan.stage(StagePosition.RETRY, (next) -> (call) -> retry(call, next));
            return;
        }
        plan.laterResults(LaterResults.of(CompletableFuture.class, this.attempts));
        plan.stage(
                StagePosition.RETRY,
                (next) -> (call) -> CompletableFuture.supplyAsync(
                                () -> {
                                    try {
                                        return (CompletableFuture<?>) retry(call, next);
                                    } catch (Throwable failure) {
                                        return CompletableFuture.failedFuture(failure);
                                    }
                                },
                                this.attempts)
                        .thenCompose((result) -> result));
    }

    private static @Nullable Object retry(Call call, Stage next) throws Throwable {
        while (true) {
            call.attemptStarted();
            try {
                return next.run(call);
            } catch (SoldOutException again) {
                assertThat(call.attempts()).isLessThan(100);
            }
        }
    }

    interface Placing {

        String place(String what, int count);

        CompletableFuture<String> placeLater(String what);
    }

    static class Orders implements Placing {

        final AtomicInteger failures = new AtomicInteger(2);

        final AtomicBoolean calledByReflection = new AtomicBoolean();

        private final List<String> log;

        Orders(List<String> log) {
            this.log = log;
        }

        @Override
        public String place(String what, int count) {
            this.log.add(what + " " + count);
            this.calledByReflection.set(Stream.of(new Throwable().getStackTrace())
                    .takeWhile((frame) -> !frame.getClassName().equals(MethodStage.class.getName()))
                    .anyMatch((frame) -> frame.getClassName().equals(Method.class.getName())));
            failSometimes();
            return count + " " + what;
        }

        @Override
        public CompletableFuture<String> placeLater(String what) {
            this.log.add(what);
            failSometimes();
            return CompletableFuture.completedFuture(what);
        }

        private void failSometimes() {
            if (this.failures.getAndUpdate((left) -> Math.max(0, left - 1)) > 0) {
                throw new SoldOutException();
            }
        }
    }

    static class SoldOutException extends RuntimeException {

        private static final long serialVersionUID = 1L;
    }

    /** Passes on other arguments than it got. */
    @Aspect
    static class Exclaiming {

        @Around("execution(* place(..))")
        public Object exclaim(ProceedingJoinPoint call) throws Throwable {
            Object[] arguments = call.getArgs();
            return call.proceed(new Object[] {arguments[0] + "!", arguments[1]});
        }
    }

    @Aspect
    record Watching(List<String> log) {

        @Around(value = "execution(* place(..)) && args(what, ..)", argNames = "call,what")
        public Object around(ProceedingJoinPoint call, String what) throws Throwable {
            this.log.add("around " + what);
            return call.proceed();
        }

        @Before(value = "execution(* place(..)) && args(what, count)", argNames = "call,what,count")
        public void before(JoinPoint call, String what, int count) {
            this.log.add("before " + count + " " + call.getArgs()[0]);
        }

        @AfterThrowing(value = "execution(* place(..))", throwing = "failure", argNames = "failure")
        public void failed(SoldOutException failure) {
            this.log.add("failed");
        }

        @Before(value = "execution(* placeLater(..)) && args(what)", argNames = "what")
        public void beforeLater(String what) {
            this.log.add("before later " + what);
        }
    }
}
