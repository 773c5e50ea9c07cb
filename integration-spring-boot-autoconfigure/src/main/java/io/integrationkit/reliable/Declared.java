package io.integrationkit.reliable;

import java.util.Map;
import org.springframework.core.annotation.MergedAnnotation;

/**
 * What declares an operation reliable.
 *
 * @param annotation its attributes
 * @param inCode whether it was said in code and the annotation only stands for that
 */
record Declared(Reliable annotation, boolean inCode) {

    static Declared inCode(String policy, SafeToRetry safe) {
        Map<String, Object> attributes = Map.of("value", policy, "policy", policy, "safeToRetry", safe);
        return new Declared(MergedAnnotation.of(Reliable.class, attributes).synthesize(), true);
    }

    /** Where a value was said that is an attribute of the annotation. */
    String source(String attribute) {
        return this.inCode ? "Reliability." + attribute : "@Reliable(" + attribute + ")";
    }
}
