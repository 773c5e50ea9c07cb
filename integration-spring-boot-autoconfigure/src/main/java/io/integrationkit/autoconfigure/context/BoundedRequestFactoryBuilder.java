package io.integrationkit.autoconfigure.context;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.http.client.ClientHttpRequestFactory;

/**
 * Gives the clients it builds a read time-out where their settings have none. Stands where all settings meet (those of
 * the application, of an HTTP service group, of one client), so that it overrides none of them.
 *
 * @param builder makes the clients
 * @param readTimeout time-out to give, or {@code null} for none; asked for each client
 * @param <T> kind of client
 */
record BoundedRequestFactoryBuilder<T extends ClientHttpRequestFactory>(
        ClientHttpRequestFactoryBuilder<T> builder, Supplier<@Nullable Duration> readTimeout)
        implements ClientHttpRequestFactoryBuilder<T> {

    @Override
    public T build(@Nullable HttpClientSettings settings) {
        return this.builder.build(bounded(settings));
    }

    private @Nullable HttpClientSettings bounded(@Nullable HttpClientSettings settings) {
        if (settings != null && settings.readTimeout() != null) {
            return settings;
        }
        Duration given = this.readTimeout.get();
        if (given == null) {
            return settings;
        }
        return ((settings != null) ? settings : HttpClientSettings.defaults()).withReadTimeout(given);
    }
}
