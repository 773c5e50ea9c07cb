package io.integrationkit.idempotency;

import io.integrationkit.call.CodeOperation;
import io.integrationkit.reliable.ThrowingSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Work that is given with its key.
 *
 * @param key the key
 * @param content what the work is about, or {@code null} if the key says it all
 * @param work what to do
 */
record KeyedWork(String key, @Nullable Object content, ThrowingSupplier<?, ?> work) implements CodeOperation.Work {

    @Override
    public @Nullable Object attempt() throws Throwable {
        return this.work.get();
    }
}
