package io.integrationkit.benchmarks.idempotency;

import io.integrationkit.idempotency.Idempotent;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** An application that takes payments of orders. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class Payments {

    static final int KEYS = 1000;

    @Bean
    Desk desk() {
        return new Desk(new AtomicInteger());
    }

    static Order order(int number) {
        return new Order("order-" + number, 100 + number, "EUR");
    }

    record Order(String id, long cents, String currency) {}

    record Receipt(String id, long cents, int number) {}

    /** The annotated method. */
    static class Desk {

        private final AtomicInteger payments;

        Desk(AtomicInteger payments) {
            this.payments = payments;
        }

        @Idempotent(key = "#order.id")
        public Receipt pay(Order order) {
            return new Receipt(order.id(), order.cents(), this.payments.incrementAndGet());
        }

        /** Fails if what is measured were not repetitions. */
        public void requireOnePaymentOfEach() {
            if (this.payments.get() != KEYS) {
                throw new IllegalStateException(this.payments.get() + " payments of " + KEYS + " orders");
            }
        }
    }
}
