package io.integrationkit.autoconfigure.diagnostics;

import io.integrationkit.call.Spelling;
import io.integrationkit.failure.ProblemCode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Enumeration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Names the property a user probably meant when a key of ours is misspelt. */
@Order(Ordered.HIGHEST_PRECEDENCE)
class UnknownPropertyFailureAnalyzer extends AbstractFailureAnalyzer<UnboundConfigurationPropertiesException> {

    private static final String METADATA = "META-INF/spring-configuration-metadata.json";

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, UnboundConfigurationPropertiesException cause) {
        List<ConfigurationProperty> ours = cause.getUnboundProperties().stream()
                .filter((property) -> property.getName().toString().startsWith("integration."))
                .toList();
        if (ours.isEmpty()) {
            return null;
        }
        Set<String> known = knownProperties();
        String description = ours.stream()
                .map((property) -> "%s: property '%s' is unknown%s"
                        .formatted(
                                ProblemCode.UNKNOWN_PROPERTY.id(),
                                property.getName(),
                                (property.getOrigin() != null) ? " (" + property.getOrigin() + ")" : ""))
                .collect(Collectors.joining(System.lineSeparator()));
        String action = ours.stream()
                .map((property) -> suggestion(property.getName().toString(), known))
                .collect(Collectors.joining(System.lineSeparator()));
        return new FailureAnalysis(description, action, cause);
    }

    private static String suggestion(String name, Set<String> known) {
        String nearest = Spelling.nearest(name, known);
        return (nearest != null)
                ? "Did you mean '" + nearest + "' instead of '" + name + "'?"
                : "Remove '" + name + "'.";
    }

    private static Set<String> knownProperties() {
        Set<String> names = new TreeSet<>();
        try {
            Enumeration<URL> files = Objects.requireNonNull(UnknownPropertyFailureAnalyzer.class.getClassLoader())
                    .getResources(METADATA);
            while (files.hasMoreElements()) {
                try (InputStream in = files.nextElement().openStream()) {
                    for (JsonNode property : JsonMapper.shared().readTree(in).path("properties")) {
                        names.add(property.path("name").asString());
                    }
                }
            }
        } catch (IOException | JacksonException ex) {
            // Without metadata there is no suggestion, and the description still names the key.
            return Set.of();
        }
        names.removeIf((name) -> !name.startsWith("integration."));
        return names;
    }
}
