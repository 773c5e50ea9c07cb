package io.integrationkit.deadletter;

import io.integrationkit.call.Compensation;
import io.integrationkit.call.GivenUpCall;
import io.integrationkit.call.Operation;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ReflectionUtils;

/** Calls and messages to give up. */
final class GivenUpCallsOfTests {

    private GivenUpCallsOfTests() {}

    interface Orders {

        void ship(String id);

        String price(String id);
    }

    static Operation operation(String name) {
        return operation(name, "ship");
    }

    static Operation operationWithResult(String name) {
        return operation(name, "price");
    }

    private static Operation operation(String name, String method) {
        return new Operation(
                name,
                "orders",
                Orders.class,
                java.util.Objects.requireNonNull(ReflectionUtils.findMethod(Orders.class, method, String.class)));
    }

    static GivenUpCall call(String operation, @Nullable String key) {
        return call(operation(operation), key, new IllegalStateException("the carrier is down"));
    }

    static GivenUpCall call(Operation operation, @Nullable String key, Throwable cause) {
        return new GivenUpCall(
                operation, "[\"o-1\"]", key, Failure.of(FailureCategory.TEMPORARY), cause, 3, Compensation.NONE);
    }

    static DeadLetterMessage message(String destination, String messageId) {
        return message(destination, messageId, Map.of("ce_id", messageId, "X-Correlation-Id", "corr-1"));
    }

    static DeadLetterMessage message(String destination, String messageId, Map<String, String> headers) {
        return new DeadLetterMessage(
                destination,
                "customer-7",
                messageId,
                "order.placed",
                2,
                "application/json",
                headers,
                new byte[] {0, 1, -1, 10, 13},
                Failure.of(FailureCategory.PERMANENT),
                new IllegalArgumentException("the topic refused it"),
                5);
    }
}
