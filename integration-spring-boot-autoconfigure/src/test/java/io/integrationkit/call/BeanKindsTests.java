package io.integrationkit.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.failure.ProblemCode;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.CustomScopeConfigurer;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;

/** Whatever kind of bean has an annotated method, it is intercepted, or start-up says why not. */
class BeanKindsTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, CallAutoConfiguration.class))
            .withBean(TraceContributor.class);

    @Test
    void aBeanOfAnotherScopeIsInterceptedBehindItsScopedProxy() {
        this.runner.withUserConfiguration(ScopedBeans.class).run((context) -> {
            assertThat(names(context)).containsExactlyInAnyOrder("ofClass.place", "ofInterface.sell");
            context.getBean("ofClass", Orders.class).place();
            assertThat(trace(context)).containsExactly("outer", "inner");
            trace(context).clear();
            context.getBean("ofInterface", Shop.class).sell("tea");
            assertThat(trace(context)).containsExactly("outer", "inner");
        });
    }

    @Test
    void aMethodOfAConfigurationClassIsInterceptedAndItsBeanMethodsStaySingletons() {
        this.runner.withUserConfiguration(Configured.class).run((context) -> {
            Configured configured = context.getBean(Configured.class);
            configured.place();
            assertThat(trace(context)).containsExactly("outer", "inner");
            assertThat(configured.text()).isSameAs(configured.text());
        });
    }

    @Test
    void aDefaultMethodIsInterceptedOnProxiesOfBothKinds() {
        for (String ofClass : List.of("true", "false")) {
            this.runner
                    .withPropertyValues("spring.aop.proxy-target-class=" + ofClass)
                    .withBean("greeter", DefaultGreeter.class)
                    .run((context) -> {
                        context.getBean(Greeter.class).greet();
                        assertThat(trace(context)).containsExactly("outer", "inner");
                    });
        }
    }

    @Test
    void aMethodWithABridgeIsInterceptedOnceHoweverItIsCalled() {
        this.runner.withBean("repository", OrderRepository.class).run((context) -> {
            assertThat(names(context)).containsExactly("repository.save");
            OrderRepository repository = context.getBean(OrderRepository.class);
            repository.save("tea");
            assertThat(trace(context)).containsExactly("outer", "inner");
            trace(context).clear();
            saveWith(repository);
            assertThat(trace(context)).containsExactly("outer", "inner");
        });
    }

    @Test
    void aMethodThatAGenericSuperclassBringsIsIntercepted() {
        this.runner.withBean("items", Items.class).run((context) -> {
            context.getBean(Items.class).store("tea");
            assertThat(trace(context)).containsExactly("outer", "inner");
        });
    }

    @Test
    void aFinalClassIsInterceptedThroughTheInterfaceThatDeclaresTheMethod() {
        this.runner.withBean("shop", FinalShop.class).run((context) -> {
            Shop shop = context.getBean(Shop.class);
            assertThat(AopUtils.isJdkDynamicProxy(shop)).isTrue();
            shop.sell("tea");
            assertThat(trace(context)).containsExactly("outer", "inner");
        });
    }

    @Test
    void aFinalClassWithoutSuchAnInterfaceEndsStartUp() {
        assertThatStartUpEnds(FinalOrders.class, "its class is final, and no interface of it declares the method");
        assertThatStartUpEnds(RecordOrders.class, "its class is final, and no interface of it declares the method");
        assertThatStartUpEnds(FinalWithOtherInterface.class, "its class is final");
    }

    @Test
    void aLazyBeanOfAFinalClassEndsStartUpToo() {
        this.runner
                .withBean("orders", FinalOrders.class, FinalOrders::new, (definition) -> definition.setLazyInit(true))
                .run((context) -> assertThat(context).getFailure().hasMessageStartingWith("INT-101: "));
    }

    @Test
    void aMethodThatAProxyOfInterfacesLeavesOutEndsStartUp() {
        this.runner
                .withPropertyValues("spring.aop.proxy-target-class=false")
                .withUserConfiguration(InterfaceProxies.class)
                .withBean("shop", ShopWithMore.class)
                .run((context) -> assertThat(context)
                        .getFailure()
                        .hasMessageStartingWith("INT-101: ")
                        .hasMessageContaining("stock")
                        .hasMessageContaining("the proxy of the bean has its interfaces only"));
    }

    @Test
    void anAnnotationOnAClassEndsStartUp() {
        this.runner
                .withBean("orders", OnClass.class)
                .run((context) -> assertThat(context)
                        .getFailure()
                        .isInstanceOfSatisfying(InvalidOperationException.class, (failure) -> {
                            assertThat(failure.code()).isEqualTo(ProblemCode.METHOD_NOT_PROXYABLE);
                            assertThat(failure)
                                    .hasMessageContaining(
                                            "bean 'orders' carries @BeanKindsTests.TracedService, which would be"
                                                    + " ignored");
                            assertThat(failure.action()).startsWith("Annotate the methods instead");
                        }));
    }

    private void assertThatStartUpEnds(Class<?> bean, String reason) {
        this.runner
                .withBean("orders", bean)
                .run((context) -> assertThat(context)
                        .getFailure()
                        .isInstanceOf(InvalidOperationException.class)
                        .hasMessageStartingWith("INT-101: ")
                        .hasMessageContaining(reason));
    }

    private static void saveWith(Repository<String> repository) {
        repository.save("tea");
    }

    private static List<String> trace(AssertableApplicationContext context) {
        return context.getBean(TraceContributor.class).trace;
    }

    private static List<String> names(AssertableApplicationContext context) {
        return context.getBean(OperationRegistry.class).plans().stream()
                .map((plan) -> plan.operation().name())
                .toList();
    }

    static class Orders {

        @Traced
        public void place() {}
    }

    interface Shop {

        void sell(String what);
    }

    static class OnlineShop implements Shop {

        @Override
        @Traced
        public void sell(String what) {}
    }

    @Configuration(proxyBeanMethods = false)
    static class ScopedBeans {

        @Bean
        static CustomScopeConfigurer threadScope() {
            CustomScopeConfigurer configurer = new CustomScopeConfigurer();
            configurer.addScope("thread", new SimpleThreadScope());
            return configurer;
        }

        @Bean
        @Scope(scopeName = "thread", proxyMode = ScopedProxyMode.TARGET_CLASS)
        Orders ofClass() {
            return new Orders();
        }

        @Bean
        @Scope(scopeName = "thread", proxyMode = ScopedProxyMode.INTERFACES)
        OnlineShop ofInterface() {
            return new OnlineShop();
        }
    }

    @Configuration
    static class Configured {

        @Bean
        StringBuilder text() {
            return new StringBuilder();
        }

        @Traced
        void place() {}
    }

    interface Greeter {

        @Traced
        default void greet() {}
    }

    static class DefaultGreeter implements Greeter {}

    interface Repository<T> {

        void save(T entity);
    }

    static class OrderRepository implements Repository<String> {

        @Override
        @Traced
        public void save(String entity) {}
    }

    abstract static class Store<T> {

        @Traced
        public void store(T entity) {}
    }

    static class Items extends Store<String> {}

    static final class FinalShop implements Shop {

        @Override
        @Traced
        public void sell(String what) {}
    }

    static final class FinalOrders {

        @Traced
        public void place() {}
    }

    record RecordOrders() {

        @Traced
        public void place() {}
    }

    static final class FinalWithOtherInterface implements Consumer<String> {

        @Override
        public void accept(String what) {}

        @Traced
        public void place() {}
    }

    static class ShopWithMore implements Shop {

        @Override
        public void sell(String what) {}

        @Traced
        public void stock() {}
    }

    /** Makes a proxy of interfaces of every bean whose class is named so, as an auto-proxy creator may. */
    @Configuration(proxyBeanMethods = false)
    static class InterfaceProxies {

        @Bean
        static org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator creator() {
            var creator = new org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator();
            creator.setBeanNames("shop");
            creator.setInterceptorNames("nothing");
            creator.setOrder(org.springframework.core.Ordered.HIGHEST_PRECEDENCE);
            return creator;
        }

        @Bean
        org.aopalliance.intercept.MethodInterceptor nothing() {
            return org.aopalliance.intercept.Joinpoint::proceed;
        }
    }

    @Traced
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface TracedService {}

    @TracedService
    static class OnClass {

        public void place() {}
    }
}
