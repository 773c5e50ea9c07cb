package io.integrationkit.deadletter;

import io.integrationkit.call.OperationReplayer;
import org.jspecify.annotations.Nullable;

/** Calls an operation with stored arguments; {@code OperationReplayer} apart from tests. */
@FunctionalInterface
interface CallReplayer {

    @Nullable
    Object replay(String operation, String arguments) throws Throwable;

    /** Throws if the call could not be made. */
    default void check(String operation, String arguments) {}

    static CallReplayer of(OperationReplayer operations) {
        return new CallReplayer() {
            @Override
            public @Nullable Object replay(String operation, String arguments) throws Throwable {
                return operations.replay(operation, arguments);
            }

            @Override
            public void check(String operation, String arguments) {
                operations.check(operation, arguments);
            }
        };
    }
}
