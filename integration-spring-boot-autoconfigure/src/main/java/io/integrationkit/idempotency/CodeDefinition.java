package io.integrationkit.idempotency;

import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.Map;
import org.springframework.core.annotation.MergedAnnotation;

/**
 * An idempotent operation in code.
 *
 * @param name name of the operation
 * @param result type of the result
 * @param attributes what an annotation would say, by its attributes
 */
record CodeDefinition(String name, Type result, Map<String, Object> attributes) {

    static CodeDefinition of(String name, Type result) {
        return new CodeDefinition(name, result, Map.of("key", "", "operation", name));
    }

    CodeDefinition with(String attribute, Object value) {
        Map<String, Object> changed = new HashMap<>(this.attributes);
        changed.put(attribute, value);
        return new CodeDefinition(this.name, this.result, Map.copyOf(changed));
    }

    Idempotent annotation() {
        return MergedAnnotation.of(Idempotent.class, this.attributes).synthesize();
    }
}
