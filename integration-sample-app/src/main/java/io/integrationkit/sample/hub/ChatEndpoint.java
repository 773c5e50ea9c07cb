package io.integrationkit.sample.hub;

import java.net.URI;

/**
 * Where the chat is.
 *
 * @param url where messages are posted
 */
public record ChatEndpoint(URI url) {}
