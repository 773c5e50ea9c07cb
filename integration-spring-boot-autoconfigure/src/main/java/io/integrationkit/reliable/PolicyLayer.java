package io.integrationkit.reliable;

import io.integrationkit.call.Setting;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One level of the configuration. Immutable. */
interface PolicyLayer {

    /** The lowest level: what is in force where nobody said anything. */
    PolicyLayer STANDARD = of(PolicySettings.STANDARD, (name) -> Setting.DEFAULT);

    /**
     * Reads a value.
     *
     * @param key which
     * @return the value, or {@code null} if this level says nothing
     */
    <T> @Nullable T get(PolicyKey<T> key);

    /**
     * Tells where a value is from.
     *
     * @param key of a value that this level has
     * @return the source to show
     */
    String source(PolicyKey<?> key);

    /** A level whose values are all from one place. */
    static PolicyLayer of(PolicySettings settings, UnaryOperator<String> source) {
        return new PolicyLayer() {
            @Override
            public <T> @Nullable T get(PolicyKey<T> key) {
                return key.in(settings);
            }

            @Override
            public String source(PolicyKey<?> key) {
                return source.apply(key.name());
            }
        };
    }
}
