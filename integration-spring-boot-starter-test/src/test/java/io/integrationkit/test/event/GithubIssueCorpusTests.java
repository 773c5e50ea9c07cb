package io.integrationkit.test.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.call.PayloadCodec;
import io.integrationkit.event.EventConfigurationException;
import io.integrationkit.event.EventPolicies;
import io.integrationkit.event.EventReader;
import io.integrationkit.event.EventTypes;
import io.integrationkit.event.EventVersions;
import io.integrationkit.event.NewerVersionPolicy;
import io.integrationkit.event.Upcaster;
import io.integrationkit.test.Compatibility;
import io.integrationkit.test.EventCorpus;
import io.integrationkit.test.EventSchemas;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One GitHub event as four generations of servers really sent it. */
class GithubIssueCorpusTests {

    private static final Path CORPUS = Path.of("src", "test", "resources", "event-corpus", "github.issues");

    private static EventReader reader(Upcaster... upcasters) {
        Map<String, Upcaster> byName = new LinkedHashMap<>();
        for (Upcaster upcaster : upcasters) {
            byName.put("from" + upcaster.fromVersion(), upcaster);
        }
        EventTypes types = new EventTypes(UnaryOperator.identity(), List.of(GithubIssue.class));
        return new EventReader(
                EventVersions.of(types, byName, Map.of(), Map.of()),
                new PayloadCodec(JsonMapper.shared()),
                new EventPolicies<>(NewerVersionPolicy.PARK, Map.of()));
    }

    private final EventReader reader = reader(GithubIssue.fromEnterpriseServer(), GithubIssue.fromOlderGithub());

    @Test
    void everyGenerationBecomesTheCurrentEvent() {
        this.reader.versions().check();
        EventCorpus.of(this.reader).assertReadable();
        List<GithubIssue> issues = EventCorpus.of(this.reader).read(GithubIssue.class);
        assertThat(issues).hasSize(4).allSatisfy((event) -> {
            assertThat(event.action()).isEqualTo("edited");
            assertThat(event.issue().title()).isEqualTo("Spelling error in the README file");
            assertThat(event.issue().reactions().total()).isZero();
            assertThat(event.repository().fullName()).endsWith("/Hello-World");
            assertThat(event.repository().visibility()).isEqualTo(GithubIssue.Visibility.PUBLIC);
            assertThat(event.repository().topics()).isEmpty();
        });
        assertThat(issues.get(0)).as("both servers sent the same").isEqualTo(issues.get(1));
    }

    @Test
    void theGenerationsReallyDiffer() throws Exception {
        assertThat(payload("1-ghes-31").has("enterprise")).isTrue();
        assertThat(payload("1-ghes-33").has("enterprise")).isTrue();
        assertThat(payload("2").has("enterprise")).isFalse();
        assertThat(payload("2").at("/repository").has("visibility")).isFalse();
        assertThat(payload("2").at("/issue").has("reactions")).isFalse();
        assertThat(payload("3").at("/repository/visibility").asString()).isEqualTo("public");
        assertThat(payload("3").at("/issue").has("reactions")).isTrue();
        JsonNode upcast = this.reader.versions().convert("github.issues", 1, 3, payload("1-ghes-31"));
        assertThat(upcast.has("enterprise")).isFalse();
        assertThat(upcast.at("/issue").properties())
                .as("what is not changed stays")
                .hasSameSizeAs(withReactionsAndLock(payload("1-ghes-31")).properties());
    }

    private static JsonNode withReactionsAndLock(JsonNode payload) {
        return payload.withObject("/issue").put("reactions", 0).put("active_lock_reason", "");
    }

    @Test
    void withoutAnUpcasterStartUpOrTheCorpusFails() {
        EventReader withoutTheNewer = reader(GithubIssue.fromEnterpriseServer());
        assertThatExceptionOfType(EventConfigurationException.class)
                .isThrownBy(() -> withoutTheNewer.versions().check())
                .withMessageContaining("nothing leads from version 2 to version 3");
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> EventCorpus.of(withoutTheNewer).assertReadable())
                .withMessageContainingAll("1-ghes-31.json cannot be read", "1-ghes-33.json", "2.json", "INT-317");

        EventReader withoutTheOldest = reader(GithubIssue.fromOlderGithub());
        assertThatCode(() -> withoutTheOldest.versions().check())
                .as("nobody names version 1 any more")
                .doesNotThrowAnyException();
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> EventCorpus.of(withoutTheOldest).assertReadable())
                .withMessageContainingAll("1-ghes-31.json cannot be read", "1-ghes-33.json", "INT-317")
                .withMessageNotContaining("2.json");
    }

    @Test
    void theSchemaIsCommittedAndTheClassFitsIt() {
        EventSchemas.of(this.reader.versions())
                .writingMissing(false)
                .assertCompatible(Compatibility.BACKWARD_TRANSITIVE);
    }

    private static JsonNode payload(String name) throws Exception {
        return JsonMapper.shared().readTree(Files.readAllBytes(CORPUS.resolve(name + ".json")));
    }
}
