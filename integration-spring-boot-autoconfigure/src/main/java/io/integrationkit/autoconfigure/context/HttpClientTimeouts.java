package io.integrationkit.autoconfigure.context;

import io.integrationkit.context.ClientTimeouts;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;

/**
 * The read time-out that clients of Boot's builders have: the application's, else the one of
 * {@link BoundedRequestFactoryBuilder} where the application has left that in its place.
 */
record HttpClientTimeouts(
        Supplier<@Nullable HttpClientSettings> settings, Supplier<@Nullable ClientHttpRequestFactoryBuilder<?>> builder)
        implements ClientTimeouts {

    @Override
    public @Nullable Duration readTimeout() {
        HttpClientSettings configured = this.settings.get();
        if (configured != null && configured.readTimeout() != null) {
            return configured.readTimeout();
        }
        return (this.builder.get() instanceof BoundedRequestFactoryBuilder<?> bounded)
                ? bounded.readTimeout().get()
                : null;
    }
}
