package io.integrationkit.autoconfigure.call;

import io.integrationkit.call.SettingSources;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.Environment;

/** Reads the origin of a key from the application's property sources. */
record EnvironmentSettingSources(Environment environment) implements SettingSources {

    @Override
    public @Nullable String sourceOf(String key) {
        ConfigurationPropertyName name = ConfigurationPropertyName.of(key);
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
            ConfigurationProperty property = source.getConfigurationProperty(name);
            if (property != null) {
                return (property.getOrigin() != null) ? key + " (" + property.getOrigin() + ")" : key;
            }
        }
        return null;
    }
}
