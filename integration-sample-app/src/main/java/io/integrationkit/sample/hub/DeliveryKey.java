package io.integrationkit.sample.hub;

import tools.jackson.databind.JsonNode;

/**
 * What deliveries are ordered by: the full name of the repository, else the organisation, else the installation, else
 * the sender. A few events (security advisories) concern nobody in particular; they are ordered among their own kind.
 */
final class DeliveryKey {

    private DeliveryKey() {}

    static String of(String event, JsonNode body) {
        JsonNode[] candidates = {
            body.path("repository").path("full_name"),
            body.path("organization").path("login"),
            body.path("installation").path("id"),
            body.path("sender").path("login")
        };
        for (JsonNode candidate : candidates) {
            String key = candidate.isValueNode() ? candidate.asString("") : "";
            if (!key.isBlank()) {
                return key;
            }
        }
        return event;
    }
}
