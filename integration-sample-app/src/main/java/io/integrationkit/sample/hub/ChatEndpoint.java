package io.integrationkit.sample.hub;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * Where the chat is.
 *
 * @param url where messages are posted
 */
public record ChatEndpoint(URI url) {

    URI profileOf(String login) {
        return this.url.resolve("/profiles/" + URLEncoder.encode(login, StandardCharsets.UTF_8));
    }
}
