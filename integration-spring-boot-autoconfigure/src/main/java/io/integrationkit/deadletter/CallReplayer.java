package io.integrationkit.deadletter;

import org.jspecify.annotations.Nullable;

/** Calls an operation with stored arguments; {@code OperationReplayer} apart from tests. */
@FunctionalInterface
interface CallReplayer {

    @Nullable
    Object replay(String operation, String arguments) throws Throwable;
}
