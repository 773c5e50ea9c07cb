package io.integrationkit.deduplicate;

import io.integrationkit.call.Call;
import io.integrationkit.call.CallOutcome;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.failure.ProblemCode;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the caller gets for a message that was handled before; decided once by the method's return type. */
final class DuplicateAnswer {

    private final @Nullable Supplier<? extends @Nullable Object> value;

    private DuplicateAnswer(@Nullable Supplier<? extends @Nullable Object> value) {
        this.value = value;
    }

    static DuplicateAnswer of(Operation operation, OnDuplicate onDuplicate) {
        if (onDuplicate == OnDuplicate.THROW) {
            return new DuplicateAnswer(null);
        }
        Class<?> type = operation.method().getReturnType();
        if (type == void.class || type == Void.class) {
            return new DuplicateAnswer(() -> null);
        }
        if (type == Optional.class) {
            return new DuplicateAnswer(Optional::empty);
        }
        if (operation.returnsNothing() && type.isAssignableFrom(CompletableFuture.class)) {
            return new DuplicateAnswer(() -> CompletableFuture.completedFuture(null));
        }
        throw new InvalidOperationException(
                ProblemCode.DUPLICATE_RESULT_UNDEFINED,
                "%s returns %s: a duplicate has no such value to return"
                        .formatted(
                                operation,
                                operation.method().getGenericReturnType().getTypeName()),
                "Return Optional, or use onDuplicate = THROW.");
    }

    @Nullable
    Object give(Call call, MessageIdentity message) {
        call.ended(CallOutcome.DUPLICATE);
        if (this.value == null) {
            throw new DuplicateMessageException(message);
        }
        return this.value.get();
    }
}
