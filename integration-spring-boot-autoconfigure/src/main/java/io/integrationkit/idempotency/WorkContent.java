package io.integrationkit.idempotency;

import io.integrationkit.call.Call;
import io.integrationkit.call.KeyText;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;

/** Takes key and content from work that is given in code. */
record WorkContent(Operation operation, PayloadCodec codec) implements CallContent {

    @Override
    public String key(Call call) {
        String key = KeyText.ofText(work(call).key());
        if (key == null) {
            throw new ProblemException(
                    ProblemCode.KEY_MISSING,
                    FailureCategory.VALIDATION,
                    "%s was executed with a blank key".formatted(this.operation));
        }
        return key;
    }

    @Override
    public Fingerprint fingerprint(Call call) {
        Object content = work(call).content();
        if (content == null) {
            return Fingerprint.of("");
        }
        try {
            return Fingerprint.of(new String(this.codec.write(content, content.getClass()), StandardCharsets.UTF_8));
        } catch (JacksonException ex) {
            throw new ProblemException(
                    ProblemCode.ARGUMENTS_NOT_SERIALIZABLE,
                    FailureCategory.PERMANENT,
                    "The content of %s (%s) cannot be written as JSON: %s"
                            .formatted(this.operation, content.getClass().getName(), ex.getOriginalMessage()));
        }
    }

    @Override
    public boolean toldByArguments() {
        return false;
    }

    private static KeyedWork work(Call call) {
        if (call.target() instanceof KeyedWork work) {
            return work;
        }
        throw new IllegalStateException(call.operation() + " was called without work");
    }
}
