package io.integrationkit.starter;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.call.OperationRegistry;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deduplicate.Deduplicate;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.idempotency.Idempotent;
import io.integrationkit.reliable.OnExhausted;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.reliable.SafeToRetry;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A plain application that adds the starter and nothing else: no web, no database, no broker. */
@ExtendWith(OutputCaptureExtension.class)
class StarterAloneTests {

    @Test
    void itStartsInMemoryAndSaysOnceWhatARestartLoses(CapturedOutput output) {
        try (ConfigurableApplicationContext context = SpringApplication.run(Application.class)) {
            assertThat(output.getAll().lines().filter((line) -> line.contains("WARN")))
                    .singleElement()
                    .asString()
                    .contains("INT-110", "spring-boot-starter-jdbc", "integration.jdbc.initialize-schema=always");
            assertThat(context.getBean(OperationRegistry.class).plans()).hasSize(3);
        }
    }

    @Test
    void everyAnnotationWorksInMemory() {
        try (ConfigurableApplicationContext context = SpringApplication.run(Application.class)) {
            Shop shop = context.getBean(Shop.class);
            assertThat(shop.charge("order-1")).isEqualTo("receipt 1");
            assertThat(shop.charge("order-1")).isEqualTo("receipt 1");
            assertThat(shop.charge("order-2")).isEqualTo("receipt 2");

            shop.handle("message-1");
            shop.handle("message-1");
            assertThat(shop.handled()).isEqualTo(1);

            shop.deliver("parcel-1");
            assertThat(shop.attempts()).isEqualTo(2);
            assertThat(context.getBean(DeadLetters.class).list(DeadLetterFilter.all(), null, 10))
                    .singleElement()
                    .satisfies((entry) -> assertThat(entry.name()).isEqualTo("shop.deliver"));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Shop shop() {
            return new Shop();
        }
    }

    static class Shop {

        private final AtomicInteger receipts = new AtomicInteger();

        private final AtomicInteger handled = new AtomicInteger();

        private final AtomicInteger attempts = new AtomicInteger();

        @Idempotent(key = "#order")
        public String charge(String order) {
            return "receipt " + this.receipts.incrementAndGet();
        }

        @Deduplicate(id = "#id")
        public void handle(String id) {
            this.handled.incrementAndGet();
        }

        @Reliable(maxAttempts = 2, onExhausted = OnExhausted.DEAD_LETTER, safeToRetry = SafeToRetry.YES)
        public void deliver(String parcel) {
            this.attempts.incrementAndGet();
            throw new IntegrationException("the road is closed", FailureCategory.TEMPORARY, true);
        }

        public int handled() {
            return this.handled.get();
        }

        public int attempts() {
            return this.attempts.get();
        }
    }
}
