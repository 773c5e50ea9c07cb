package io.integrationkit.autoconfigure.outbox;

import io.integrationkit.outbox.DualWriteGuard;
import io.integrationkit.outbox.DualWriteInterceptor;
import java.util.function.Supplier;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.kafka.core.ProducerFactory;

/** Lets the guard watch each producer factory of the application; the beans stay what they are. */
final class DualWriteGuardInstaller implements BeanPostProcessor {

    private final Supplier<DualWriteGuard> guard;

    /** The guard is asked for when something is sent, so that it makes no bean early. */
    DualWriteGuardInstaller(Supplier<DualWriteGuard> guard) {
        this.guard = guard;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof ProducerFactory<?, ?> factory) {
            DualWriteInterceptor.watch(factory, this.guard);
        }
        return bean;
    }
}
