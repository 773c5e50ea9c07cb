package io.integrationkit.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.ARRAY;

import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcutAdvisor;

/** The advice of a method is remembered, but never beyond a change. */
class OperationProxyFactoryTests {

    private final OperationProxyFactory factory = new OperationProxyFactory();

    private final MethodInterceptor first = (invocation) -> invocation.proceed();

    private final MethodInterceptor second = (invocation) -> invocation.proceed();

    @Test
    void eachMethodHasItsAdvice() {
        NameMatchMethodPointcutAdvisor advisor = new NameMatchMethodPointcutAdvisor(this.first);
        advisor.setMappedName("get");
        this.factory.addAdvisor(advisor);
        assertThat(interceptors(method("get"))).containsExactly(this.first);
        assertThat(interceptors(method("get"))).containsExactly(this.first);
        assertThat(interceptors(method("toString"))).isEmpty();
    }

    @Test
    void adviceIsAnotherAfterEachChange() {
        Object none = this.factory.advice();
        this.factory.addAdvice(this.first);
        Object one = this.factory.advice();
        assertThat(one).isNotSameAs(none).isSameAs(this.factory.advice());
        assertThat(interceptors(method("get"))).containsExactly(this.first);
        this.factory.addAdvice(this.second);
        assertThat(this.factory.advice()).isNotSameAs(one);
        assertThat(interceptors(method("get"))).containsExactly(this.first, this.second);
        this.factory.removeAdvice(this.first);
        assertThat(interceptors(method("get"))).containsExactly(this.second);
    }

    @Test
    void equalMethodsNeedOnePlace() {
        this.factory.addAdvice(this.first);
        for (int i = 0; i < 10_000; i++) {
            assertThat(interceptors(method("get"))).containsExactly(this.first);
        }
        assertThat(this.factory)
                .extracting("known.operations")
                .asInstanceOf(ARRAY)
                .hasSize(1);
    }

    /** Who looks the advice up while it changes may find the old or the new; whoever comes after finds the new. */
    @RepeatedTest(200)
    void nobodyFindsOldAdviceAfterAChange() throws Exception {
        this.factory.addAdvice(this.first);
        CyclicBarrier together = new CyclicBarrier(2);
        FutureTask<List<Object>> reader = new FutureTask<>(() -> {
            together.await();
            return interceptors(method("get"));
        });
        new Thread(reader).start();
        together.await();
        this.factory.addAdvisor(new DefaultPointcutAdvisor(this.second));
        assertThat(reader.get()).startsWith(this.first);
        assertThat(interceptors(method("get"))).containsExactly(this.first, this.second);
    }

    private List<Object> interceptors(Method method) {
        return this.factory.getInterceptorsAndDynamicInterceptionAdvice(method, Supplier.class);
    }

    /** A new object with each call, as reflection gives it. */
    private static Method method(String name) {
        try {
            return (name.equals("get") ? Supplier.class : Object.class).getMethod(name);
        } catch (NoSuchMethodException ex) {
            throw new IllegalArgumentException(name, ex);
        }
    }
}
