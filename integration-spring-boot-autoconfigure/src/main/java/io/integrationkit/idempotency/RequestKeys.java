package io.integrationkit.idempotency;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.failure.ProblemException;
import org.jspecify.annotations.Nullable;

/** The keys of a controller method: each client sends its own with the request. Asked on the thread of the request. */
interface RequestKeys extends Told {

    String HEADER = "Idempotency-Key";

    String REPLAYED_HEADER = "Idempotent-Replayed";

    /**
     * Finds out whether clients can send the keys of an operation. Asked at start-up.
     *
     * @return the keys, or {@code null} if the operation is no controller method
     * @throws InvalidOperationException if it is one of WebFlux, whose requests are not known to a thread
     */
    static @Nullable RequestKeys of(Operation operation) {
        return ControllerMethods.isControllerMethod(operation) ? ControllerMethods.keysOf(operation) : null;
    }

    /**
     * Returns the key of the request on this thread.
     *
     * @throws ProblemException if the request has none, or one that does not have the form of a key
     */
    String key();

    /** SHA-256, in hexadecimal, of what makes the request on this thread this one and no other. */
    String fingerprint(@Nullable Object[] arguments, PayloadCodec codec);
}
