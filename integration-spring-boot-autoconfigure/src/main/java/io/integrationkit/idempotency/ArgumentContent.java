package io.integrationkit.idempotency;

import io.integrationkit.call.Call;
import io.integrationkit.call.ImmutableTypes;
import io.integrationkit.call.KeyExpression;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PayloadCodec;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Takes the key from the arguments, and compares all of them, or what an expression chooses. */
final class ArgumentContent implements CallContent {

    private final Operation operation;

    private final KeyExpression key;

    private final @Nullable KeyExpression fingerprint;

    private final PayloadCodec codec;

    private final boolean immutable;

    ArgumentContent(Operation operation, KeyExpression key, @Nullable KeyExpression fingerprint, PayloadCodec codec) {
        this.operation = operation;
        this.key = key;
        this.fingerprint = fingerprint;
        this.codec = codec;
        this.immutable = Arrays.stream(operation.method().getParameterTypes()).allMatch(ImmutableTypes::contains);
    }

    @Override
    public String key(Call call) {
        return this.key.evaluate(call.arguments());
    }

    @Override
    public Fingerprint fingerprint(Call call) {
        if (this.fingerprint != null) {
            return Fingerprint.of(Objects.requireNonNullElse(this.fingerprint.find(call.arguments()), ""));
        }
        return Fingerprint.of(this.codec.writeArguments(this.operation.method(), call.arguments()));
    }

    @Override
    public boolean toldByArguments() {
        return this.immutable;
    }
}
