package io.integrationkit.call;

import org.jspecify.annotations.Nullable;

/** Port: knows where a configuration key got its value from. Implemented on the application's environment. */
@FunctionalInterface
public interface SettingSources {

    /**
     * Finds where a key was set.
     *
     * @param key configuration key in its canonical form, such as {@code integration.reliable.defaults.max-attempts}
     * @return the key with file and line, or {@code null} if nobody set it
     */
    @Nullable
    String sourceOf(String key);
}
