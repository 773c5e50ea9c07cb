package io.integrationkit.benchmarks;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Objects;
import org.springframework.aop.support.AopUtils;
import org.springframework.context.ApplicationContext;

/** Makes sure that a contestant does what its row says before it is measured. */
final class Checks {

    private Checks() {}

    static void answers(Object actual, Object expected) {
        require(Objects.equals(actual, expected), "the method answered " + actual + " instead of " + expected);
    }

    static void proxied(Object bean) {
        require(AopUtils.isCglibProxy(bean), bean.getClass() + " is not a CGLIB proxy");
    }

    static void metered(ApplicationContext context, String meter) {
        require(context.getBean(MeterRegistry.class).find(meter).meter() != null, "there is no meter '" + meter + "'");
    }

    static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException("Not measured: " + otherwise);
        }
    }
}
