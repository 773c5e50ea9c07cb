package io.integrationkit.sample.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeliveryFileTests {

    @TempDir
    Path directory;

    @Test
    void bundlesRealDeliveriesOfManyEvents() {
        List<WebhookDelivery> bundled = DeliveryFile.read(null).templates();
        assertThat(bundled).hasSize(185);
        assertThat(bundled).extracting(WebhookDelivery::event).contains("push", "issues", "security_advisory");
        assertThat(bundled)
                .extracting(WebhookDelivery::key)
                .contains("Codertocat/Hello-World", "Octocoders", "957387", "monalisa", "security_advisory");
    }

    @Test
    void cyclesToTheWantedNumberUnderFreshIdsThatTheSeedDecides() {
        DeliveryFile file = DeliveryFile.read(null);
        List<WebhookDelivery> cycled = file.cycle(400, 7);
        assertThat(cycled)
                .extracting(WebhookDelivery::id)
                .doesNotHaveDuplicates()
                .hasSize(400);
        assertThat(cycled.get(185).body()).isSameAs(cycled.get(0).body());
        assertThat(file.cycle(400, 7)).isEqualTo(cycled);
        assertThat(file.cycle(400, 8)).doesNotContainAnyElementsOf(cycled);
    }

    @Test
    void keepsTextOfAllScripts() throws IOException {
        Path file = write("{\"id\":\"1\",\"event\":\"push\",\"more\":1,\"body\":{\"text\":\"日本 😀 עברית\"}}\n\n");
        assertThat(new String(DeliveryFile.read(file).templates().get(0).body(), StandardCharsets.UTF_8))
                .isEqualTo("{\"text\":\"日本 😀 עברית\"}");
    }

    @Test
    void namesTheLineThatIsNotADelivery() throws IOException {
        for (String line :
                List.of("{", "[]", "{\"id\":\"1\",\"event\":\"push\"}", "{\"event\":\"push\",\"body\":{}}")) {
            Path file = write("{\"id\":\"1\",\"event\":\"push\",\"body\":{}}\n" + line);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> DeliveryFile.read(file))
                    .withMessageStartingWith("Line 2 of " + file + " is not a delivery");
        }
    }

    @Test
    void namesAFileThatIsMissingOrEmpty() throws IOException {
        Path missing = this.directory.resolve("missing.ndjson");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeliveryFile.read(missing))
                .withMessage("'demo.deliveries' names a file that cannot be read: " + missing);
        Path empty = write("\n");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeliveryFile.read(empty))
                .withMessage("'demo.deliveries' names a file without deliveries: " + empty);
    }

    private Path write(String content) throws IOException {
        return Files.writeString(this.directory.resolve("deliveries.ndjson"), content);
    }
}
