package io.integrationkit.autoconfigure.reliable;

import io.integrationkit.call.Finding;
import io.integrationkit.call.FindingContributor;
import io.integrationkit.failure.ProblemCode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;

/**
 * Says of each setting of Resilience4j that is there what to write instead. Nothing is taken over by itself: the
 * application may still use Resilience4j for some of its calls.
 */
final class Resilience4jFindings implements FindingContributor {

    private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("resilience4j");

    /** {@code resilience4j.<module>.instances.<name>.<key>}. */
    private static final int KEY = 4;

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-]+");

    private final Environment environment;

    Resilience4jFindings(Environment environment) {
        this.environment = environment;
    }

    @Override
    public List<Finding> findings() {
        Map<ConfigurationPropertyName, String> settings = settings();
        if (settings.isEmpty()) {
            return List.of();
        }
        String lines = settings.entrySet().stream()
                .map((entry) -> System.lineSeparator() + "  " + line(entry.getKey(), entry.getValue(), settings))
                .collect(Collectors.joining());
        return List.of(new Finding(
                ProblemCode.RESILIENCE4J_SETTINGS,
                "application",
                "@Reliable does not read the settings of Resilience4j; what they are called here:" + lines));
    }

    private Map<ConfigurationPropertyName, String> settings() {
        Map<ConfigurationPropertyName, String> settings = new TreeMap<>();
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
            if (source instanceof IterableConfigurationPropertySource iterable) {
                iterable.stream()
                        .filter(ROOT::isAncestorOf)
                        .forEach((name) -> settings.computeIfAbsent(name, (key) -> value(source, key)));
            }
        }
        return settings;
    }

    private static @Nullable String value(ConfigurationPropertySource source, ConfigurationPropertyName name) {
        ConfigurationProperty property = source.getConfigurationProperty(name);
        return (property != null) ? String.valueOf(property.getValue()) : null;
    }

    private static String line(
            ConfigurationPropertyName name, String value, Map<ConfigurationPropertyName, String> settings) {
        String given = name + "=" + value;
        String level = level(name);
        if (level == null) {
            return given + " -> no counterpart: " + instead(name);
        }
        String key = key(name);
        String counterpart = Resilience4jKeys.counterpart(key);
        if (counterpart == null) {
            return given + " -> no counterpart: " + Resilience4jKeys.reason(key);
        }
        return given + " -> " + level + translated(counterpart, value, name, settings);
    }

    /** Where it would stand, or {@code null} if it is no setting of an instance or of all of them. */
    private static @Nullable String level(ConfigurationPropertyName name) {
        if (name.getNumberOfElements() <= KEY) {
            return null;
        }
        String instance = name.getElement(KEY - 1, Form.ORIGINAL);
        return switch (name.getElement(2, Form.UNIFORM)) {
            case "instances", "backends" ->
                "integration.reliable.policies."
                        + (!PLAIN.matcher(instance).matches() ? "[" + instance + "]" : instance) + ".";
            case "configs" -> instance.equals("default") ? "integration.reliable.defaults." : null;
            default -> null;
        };
    }

    private static String instead(ConfigurationPropertyName name) {
        boolean shared = name.getNumberOfElements() > KEY
                && name.getElement(2, Form.UNIFORM).equals("configs");
        return shared
                ? "every policy inherits the defaults, and nothing else"
                : Resilience4jKeys.reason(name.getElement(1, Form.UNIFORM) + "." + name.getLastElement(Form.UNIFORM));
    }

    private static String key(ConfigurationPropertyName name) {
        return name.getElement(1, Form.UNIFORM) + "." + name.getElement(KEY, Form.UNIFORM);
    }

    private static String translated(
            String counterpart,
            String value,
            ConfigurationPropertyName name,
            Map<ConfigurationPropertyName, String> settings) {
        return switch (counterpart) {
            case "circuit-breaker.window-type" -> counterpart + "=" + (isTimeBased(value) ? "time" : "count");
            case "circuit-breaker.window-size" ->
                isTimeBased(windowType(name, settings))
                        ? "circuit-breaker.window-duration=" + value + "s"
                        : counterpart + "=" + value;
            case "circuit-breaker.failure-rate-threshold", "circuit-breaker.slow-call-rate-threshold" ->
                counterpart + "=" + value.replaceFirst("\\.\\d+$", "");
            default -> counterpart + "=" + value;
        };
    }

    /** The window of an instance is of the type that stands beside its size, or in the default configuration. */
    private static String windowType(ConfigurationPropertyName size, Map<ConfigurationPropertyName, String> settings) {
        String found = "";
        for (Map.Entry<ConfigurationPropertyName, String> entry : settings.entrySet()) {
            ConfigurationPropertyName name = entry.getKey();
            if (level(name) != null && key(name).equals("circuitbreaker.slidingwindowtype")) {
                if (name.getParent().equals(size.getParent())) {
                    return entry.getValue();
                }
                if (name.getElement(2, Form.UNIFORM).equals("configs")) {
                    found = entry.getValue();
                }
            }
        }
        return found;
    }

    private static boolean isTimeBased(String windowType) {
        return windowType.toLowerCase(Locale.ROOT).startsWith("time");
    }
}
