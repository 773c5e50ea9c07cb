package io.integrationkit.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopContext;
import org.springframework.aop.framework.ProxyConfig;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.EnableAspectJAutoProxy;
import org.springframework.context.annotation.Scope;

/** What a proxy costs that we make ourselves, and what it has from the configuration of all proxies. */
class ProxyMakingTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, CallAutoConfiguration.class))
            .withBean(TraceContributor.class);

    @Test
    void theInstancesOfAPrototypeShareTheClassOfTheirProxies() {
        this.runner.withUserConfiguration(Beans.class).run((context) -> {
            Object first = context.getBean("baskets");
            Object second = context.getBean("baskets");
            assertThat(first).isNotSameAs(second);
            assertThat(first.getClass()).isNotEqualTo(Baskets.class).isSameAs(second.getClass());
        });
    }

    @Test
    void aProxyThatIsToBeExposedIsTheCurrentOneInEachAttempt() {
        this.runner.withUserConfiguration(Beans.class, Exposing.class).run((context) -> {
            Orders orders = context.getBean(Orders.class);
            assertThatIllegalStateException().isThrownBy(orders::place).withMessage("refused by orders");
            assertThat(orders.current()).isSameAs(orders);
            assertThat(orders.attempts()).isEqualTo(3);
            assertThatIllegalStateException().isThrownBy(AopContext::currentProxy);
        });
    }

    @Test
    void noProxyIsExposedUnlessItIsAskedFor() {
        this.runner
                .withUserConfiguration(Beans.class)
                .run((context) -> assertThatIllegalStateException()
                        .isThrownBy(context.getBean(Orders.class)::place)
                        .withMessageContaining("Cannot find current proxy"));
    }

    /** A pool keeps its threads for longer than a request, and so what they hold. */
    @Test
    void aThreadHoldsNothingOfABeanThatMayEndBeforeIt() {
        this.runner.withUserConfiguration(Beans.class).run((context) -> {
            context.getBean(Baskets.class).first();
            assertThat(IdleCalls.ofThread())
                    .extracting("kept.repetition")
                    .isNotNull()
                    .isNotInstanceOf(AdviceChain.class);
            context.getBean(Shelf.class).fill();
            assertThat(IdleCalls.ofThread()).extracting("kept.repetition").isInstanceOf(AdviceChain.class);
            context.getBean(Baskets.class).first();
            assertThat(IdleCalls.ofThread()).extracting("kept.repetition").isNotInstanceOf(AdviceChain.class);
        });
    }

    @Test
    void nothingElseOfTheDefaultsChangesAProxyThatWeMake() {
        this.runner
                .withPropertyValues("spring.aop.auto=false")
                .withUserConfiguration(Beans.class, Unsuitable.class)
                .withBean("greeter", FinalGreeter.class)
                .run((context) -> {
                    Orders orders = context.getBean(Orders.class);
                    assertThatIllegalStateException().isThrownBy(orders::place).withMessage("refused by orders");
                    assertThat(orders).isInstanceOf(Advised.class);
                    assertThat(orders.current()).isSameAs(orders);
                    Greeter greeter = context.getBean(Greeter.class);
                    assertThat(greeter.greet()).isSameAs(greeter);
                });
    }

    static class Baskets {

        @Traced
        public void first() {}

        @Traced
        public void second() {}

        @Traced
        public void third(String what) {}
    }

    static class Shelf {

        @Traced
        public void fill() {}
    }

    static class Orders {

        private int attempts;

        private @Nullable Object current;

        @Traced(attempts = 3)
        public void place() {
            this.attempts++;
            this.current = AopContext.currentProxy();
            throw new IllegalStateException("refused by orders");
        }

        public int attempts() {
            return this.attempts;
        }

        public @Nullable Object current() {
            return this.current;
        }
    }

    interface Greeter {

        @Traced
        Object greet();
    }

    static final class FinalGreeter implements Greeter {

        @Override
        public Object greet() {
            return AopContext.currentProxy();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Beans {

        @Bean
        @Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
        Baskets baskets() {
            return new Baskets();
        }

        @Bean
        Shelf shelf() {
            return new Shelf();
        }

        @Bean
        Orders orders() {
            return new Orders();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAspectJAutoProxy(exposeProxy = true)
    static class Exposing {}

    /** Each of these would break a proxy that we make. */
    @Configuration(proxyBeanMethods = false)
    static class Unsuitable {

        @Bean(AutoProxyUtils.DEFAULT_PROXY_CONFIG_BEAN_NAME)
        static ProxyConfig defaults() {
            ProxyConfig defaults = new ProxyConfig();
            defaults.setExposeProxy(true);
            defaults.setProxyTargetClass(false);
            defaults.setOptimize(true);
            defaults.setOpaque(true);
            defaults.setFrozen(true);
            return defaults;
        }
    }
}
