package io.integrationkit.autoconfigure.reliable;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.reliable.PolicySettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Reads settings from texts, as they are read from {@code application.yml}. */
final class PolicySettingsReader implements Function<Map<String, String>, PolicySettings> {

    private static final String ROOT = "policy";

    @Override
    public PolicySettings apply(Map<String, String> values) {
        Map<String, String> properties = new LinkedHashMap<>();
        values.forEach((key, value) -> properties.put(ROOT + "." + key, value));
        try {
            return new Binder(List.of(new MapConfigurationPropertySource(properties)))
                    .bind(ROOT, PolicySettings.class)
                    .orElse(PolicySettings.NONE);
        } catch (BindException ex) {
            throw invalid(ex);
        }
    }

    private static InvalidOperationException invalid(BindException problem) {
        ConfigurationProperty property = problem.getProperty();
        String what = (property != null)
                ? "'%s' is no value of %s"
                        .formatted(
                                property.getValue(),
                                property.getName().toString().substring(ROOT.length() + 1))
                : "The settings cannot be read: " + problem.getMessage();
        return new InvalidOperationException(
                ProblemCode.INVALID_SETTING, what, "Write the value as in application.yml.");
    }
}
