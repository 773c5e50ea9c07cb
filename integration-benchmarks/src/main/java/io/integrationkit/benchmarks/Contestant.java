package io.integrationkit.benchmarks;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * Starts the application of one contestant: Spring Boot with Actuator and a Prometheus registry, and of the other
 * auto-configurations on the classpath only its own.
 */
public final class Contestant implements AutoConfigurationImportFilter, EnvironmentAware {

    /** An application of nothing but Spring Boot: what the floor is measured in. */
    static final String SPRING = "org.springframework.";

    static final String INTEGRATION_KIT = "io.integrationkit.";

    static final String RESILIENCE4J = "io.github.resilience4j.";

    private static final String OWN = "benchmark.contestant";

    private @Nullable String own;

    /** Creates the filter. */
    public Contestant() {}

    static ConfigurableApplicationContext start(
            String contestant, Class<?> application, Map<String, String> properties) {
        Map<String, Object> all = new HashMap<>(properties);
        all.put(OWN, contestant);
        all.put("spring.main.banner-mode", "off");
        all.put("logging.level.root", "error");
        return new SpringApplicationBuilder(application)
                .web(WebApplicationType.NONE)
                .properties(all)
                .run();
    }

    @Override
    public void setEnvironment(Environment environment) {
        this.own = environment.getProperty(OWN, SPRING);
    }

    @Override
    public boolean[] match(@Nullable String[] autoConfigurations, AutoConfigurationMetadata metadata) {
        boolean[] kept = new boolean[autoConfigurations.length];
        for (int i = 0; i < kept.length; i++) {
            String name = autoConfigurations[i];
            kept[i] = name != null && (name.startsWith(SPRING) || (this.own != null && name.startsWith(this.own)));
        }
        return kept;
    }
}
