package io.integrationkit.sample.downstream;

import java.util.Map;

/**
 * A request as it came over the wire.
 *
 * @param method its method
 * @param path its path
 * @param headers its headers, names in lower case; the last of the same name counts
 * @param body its body, empty if it has none
 */
record HttpRequest(String method, String path, Map<String, String> headers, byte[] body) {}
