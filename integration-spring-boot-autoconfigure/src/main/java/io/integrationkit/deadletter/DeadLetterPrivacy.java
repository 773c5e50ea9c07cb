package io.integrationkit.deadletter;

import io.integrationkit.call.Operation;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.failure.Redaction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What dead letters need to know to keep secrets.
 *
 * @param codec reads content as JSON
 * @param operations finds an operation by its name, {@code null} if there is none; any number of threads ask
 * @param events knows the classes of events
 * @param masking the settings
 * @param cipher encrypts content in the database, or {@code null}; means nothing to memory
 */
public record DeadLetterPrivacy(
        PayloadCodec codec,
        Function<String, @Nullable Operation> operations,
        EventClasses events,
        MaskingSettings masking,
        @Nullable DeadLetterCipher cipher) {

    /** What takes secrets out of messages. */
    Redaction redaction() {
        return new Redaction(this.masking.fields());
    }
}
