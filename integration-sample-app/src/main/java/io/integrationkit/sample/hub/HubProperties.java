package io.integrationkit.sample.hub;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the hub.
 *
 * @param github where deliveries come from
 * @param chat where notifications go
 * @param partitions Number of partitions of the topic; deliveries of one key share one.
 */
@ConfigurationProperties("hub")
public record HubProperties(
        @DefaultValue Github github,
        @DefaultValue Chat chat,
        @DefaultValue("4") int partitions) {

    /**
     * Settings of the webhook.
     *
     * @param secret Secret GitHub signs deliveries with.
     * @param previousSecret Secret that is still accepted while deliveries signed with it may be on their way.
     * @param maxBodySize Largest body that is read.
     */
    public record Github(
            String secret,
            @Nullable String previousSecret,
            @DefaultValue("25MB") DataSize maxBodySize) {

        public Github {
            if (!StringUtils.hasText(secret)) {
                throw new IllegalArgumentException(
                        "'hub.github.secret' must be set: without it nobody can tell a delivery from a forgery");
            }
        }

        List<String> secrets() {
            String previous = this.previousSecret;
            return StringUtils.hasText(previous) ? List.of(this.secret, previous) : List.of(this.secret);
        }
    }

    /**
     * Settings of the chat.
     *
     * @param url Where messages are posted.
     */
    public record Chat(
            @DefaultValue("http://localhost:9090/messages") URI url) {}
}
