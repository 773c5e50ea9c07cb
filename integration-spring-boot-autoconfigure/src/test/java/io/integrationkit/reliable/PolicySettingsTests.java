package io.integrationkit.reliable;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.convert.ApplicationConversionService;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PolicySettingsTests {

    private static final String PREFIX = "integration.reliable.defaults.";

    @Test
    void theDefaultsInTheMetadataAreThoseInForce() throws IOException {
        Map<String, String> documented = new LinkedHashMap<>();
        for (JsonNode property : properties()) {
            String name = property.path("name").asString();
            if (name.startsWith(PREFIX) && property.has("defaultValue")) {
                documented.put(name, property.path("defaultValue").asString());
            }
        }
        assertThat(bind(documented)).isEqualTo(PolicySettings.STANDARD);
    }

    @Test
    void everyKeyIsAPropertyAndEveryPropertyIsAKey() throws IOException {
        List<String> names = new ArrayList<>();
        properties().forEach((property) -> names.add(property.path("name").asString()));
        assertThat(names)
                .filteredOn((name) -> name.startsWith(PREFIX))
                .containsExactlyInAnyOrderElementsOf(
                        PolicyKey.ALL.stream().map((key) -> PREFIX + key.name()).toList());
    }

    @Test
    void eachKeyReadsTheValueThatIsBoundToItsName() {
        for (PolicyKey<?> key : PolicyKey.ALL) {
            String value = sample(key.name());
            PolicySettings bound = bind(Map.of(PREFIX + key.name(), value));
            assertThat(key.in(bound)).as(key.name()).isNotNull();
            assertThat(PolicyKey.ALL)
                    .filteredOn((each) -> each.in(bound) != null)
                    .containsExactly(key);
        }
    }

    @Test
    void settingsThatSayNothingSayNothing() throws ReflectiveOperationException {
        assertThat(PolicyKey.ALL)
                .allSatisfy((key) -> assertThat(key.in(PolicySettings.NONE)).isNull());
        for (RecordComponent component : PolicySettings.class.getRecordComponents()) {
            if (component.getType().isRecord()) {
                assertThat(component.getAccessor().invoke(PolicySettings.NONE)).isNotNull();
            }
        }
    }

    private static String sample(String key) {
        return switch (key) {
            case "jitter" -> "equal";
            case "on-exhausted" -> "dead-letter";
            case "circuit-breaker.mode" -> "metrics-only";
            case "circuit-breaker.window-type" -> "time";
            case "rate-limit.scope" -> "cluster";
            default -> key.endsWith("enabled") ? "false" : "1";
        };
    }

    private static PolicySettings bind(Map<String, String> values) {
        Binder binder = new Binder(
                List.of(new MapConfigurationPropertySource(values)),
                null,
                ApplicationConversionService.getSharedInstance(),
                null);
        return binder.bind("integration.reliable.defaults", PolicySettings.class)
                .get();
    }

    private static JsonNode properties() throws IOException {
        try (InputStream in =
                PolicySettingsTests.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            return JsonMapper.shared().readTree(in).path("properties");
        }
    }
}
