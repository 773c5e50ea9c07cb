package io.integrationkit.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an IDE shows of our properties is user interface. */
class ConfigurationMetadataTests {

    private static final String METADATA = "/META-INF/spring-configuration-metadata.json";

    @Test
    void everyPropertyIsDescribedInOneSentenceWithoutArticle() throws Exception {
        List<String> wrong = new ArrayList<>();
        for (JsonNode property : properties()) {
            String description = property.path("description").asString("");
            if (description.isEmpty()
                    || !description.endsWith(".")
                    || description.startsWith("The ")
                    || description.startsWith("A ")) {
                wrong.add(property.path("name").asString() + ": '" + description + "'");
            }
            if (property.path("type").asString("").equals("java.lang.Boolean") && !description.startsWith("Whether")) {
                wrong.add(property.path("name").asString() + " is a switch: its description begins with Whether");
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void everyPropertyIsOneOfOursOrBelongsToAnEndpointOfOurs() throws Exception {
        assertThat(properties())
                .isNotEmpty()
                .allSatisfy(
                        (property) -> assertThat(property.path("name").asString())
                                .matches(
                                        "integration\\..*|management\\.endpoint\\.(deadletters|idempotency|integration|outbox)\\..*"));
    }

    private static List<JsonNode> properties() throws Exception {
        try (InputStream in = ConfigurationMetadataTests.class.getResourceAsStream(METADATA)) {
            assertThat(in).as(METADATA).isNotNull();
            List<JsonNode> properties = new ArrayList<>();
            JsonMapper.shared().readTree(in).path("properties").forEach(properties::add);
            return properties;
        }
    }
}
