package io.integrationkit.autoconfigure.actuate;

import io.integrationkit.call.Sensitive;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.outbox.MessageDestination;
import io.integrationkit.outbox.OutboxRecord;
import io.integrationkit.reliable.OnExhausted;
import io.integrationkit.reliable.Reliable;
import org.springframework.kafka.annotation.KafkaListener;

/** A secret, and things that go wrong while they hold it. */
final class Canary {

    /** Must be nowhere but in the store. */
    static final String SECRET = "CANARY5e12c7";

    /** Content, but no secret: an operator may be shown it, and nobody else. */
    static final String PLAIN = "PARROT90b3f1";

    static final String PAYLOAD = "{\"note\":\"%s\",\"password\":\"%s\"}".formatted(PLAIN, SECRET);

    private Canary() {}

    static IntegrationException failure() {
        String message =
                "POST https://bob:%1$s@bank.example/pay?id=%1$s: 401 {\"client_secret\":\"%1$s\"} Authorization: Bearer %1$s"
                        .formatted(SECRET);
        IllegalStateException cause = new IllegalStateException("password=%s".formatted(SECRET));
        return new IntegrationException(message, FailureCategory.PERMANENT, false, null, cause);
    }

    record Order(String note, @Sensitive String greeting, String email) {}

    static class Bank {

        @Reliable(operation = "bank.charge", policy = "bank", onExhausted = OnExhausted.DEAD_LETTER)
        void charge(Order order, @Sensitive String remark) {
            throw failure();
        }
    }

    static final class Orders implements MessageDestination {

        @Override
        public boolean accepts(String destination) {
            return destination.equals("orders");
        }

        @Override
        public void send(OutboxRecord message, Completion completion) {
            completion.failed(Failure.of(FailureCategory.PERMANENT), failure());
        }
    }

    static class Records {

        @Reliable(operation = "records.take", policy = "bank")
        @KafkaListener(topics = "${topic}")
        void take(String payload) {
            throw failure();
        }
    }
}
