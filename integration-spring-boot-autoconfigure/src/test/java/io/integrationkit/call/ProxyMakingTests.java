package io.integrationkit.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
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

    static class Baskets {

        @Traced
        public void first() {}

        @Traced
        public void second() {}

        @Traced
        public void third(String what) {}
    }

    @Configuration(proxyBeanMethods = false)
    static class Beans {

        @Bean
        @Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
        Baskets baskets() {
            return new Baskets();
        }
    }
}
