package io.integrationkit.sample.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.integrationkit.sample.hub.NoteClient.Answer;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What draft-ietf-httpapi-idempotency-key-header-07 asks of a server, clause by clause, of the hub with a real database.
 * The client knows HTTP only; what was done is counted in the table of the notes. The name of a test begins with the
 * section of its clause.
 */
@SuppressWarnings("NullAway.Init")
class NoteConformanceTests {

    private static final String PROBLEM = "urn:integrationkit:problem:idempotency-key-";

    private static RunningHub hub;

    private static NoteClient client;

    private static JdbcClient jdbc;

    private final String key = UUID.randomUUID().toString();

    private final String quoted = '"' + this.key + '"';

    /** The key an operator's note is about; unique, so that the notes of a test can be counted. */
    private final String about = "octocat/" + UUID.randomUUID();

    private final String note = draft("looked into it");

    @BeforeAll
    static void start() {
        hub = new RunningHub();
        client = hub.client();
        jdbc = hub.jdbc();
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    private String draft(String text) {
        return "{\"key\":\"%s\",\"text\":\"%s\"}".formatted(this.about, text);
    }

    private long notes() {
        return jdbc.sql("SELECT count(*) FROM note WHERE outbox_key = ?")
                .param(this.about)
                .query(Long.class)
                .single();
    }

    private static void assertRepeats(Answer retry, Answer first) {
        assertThat(retry.status()).isEqualTo(first.status());
        assertThat(retry.body()).isEqualTo(first.body());
        for (String header : List.of("Location", "Content-Type")) {
            assertThat(retry.header(header)).isEqualTo(first.header(header));
        }
        assertThat(first.header("Idempotent-Replayed")).isEmpty();
        assertThat(retry.header("Idempotent-Replayed")).contains("true");
    }

    private static void assertProblem(Answer answer, int status, String problem) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.problem()).contains(PROBLEM + problem);
        assertThat(answer.json().path("status").asInt()).isEqualTo(status);
        assertThat(answer.json().path("title").asString()).isNotBlank();
        assertThat(answer.json().path("detail").asString()).isNotBlank();
        assertThat(answer.documentation()).isPresent();
        assertThat(answer.header("Idempotent-Replayed")).isEmpty();
    }

    /** Section 1: GET is idempotent by itself, and the header is for methods that are not. */
    @Test
    void s1_whatIsIdempotentByItselfNeedsNoKeyAndIgnoresOne() throws Exception {
        Answer first = client.add(this.note, this.quoted);
        for (String key : List.of(this.quoted, "\"broken")) {
            Answer read = client.send(client.request(first.location()).header("Idempotency-Key", key));
            assertThat(read.status()).isEqualTo(200);
            assertThat(read.body()).isEqualTo(first.body());
            assertThat(read.replayed()).isFalse();
        }
        assertThat(client.send(client.request(first.location())).body()).isEqualTo(first.body());
    }

    /** Section 2.1: the value is a String of Structured Fields, so the spaces around it are none of it. */
    @Test
    void s21_theValueIsAQuotedString() throws Exception {
        Answer first = client.add(this.note, this.quoted);
        assertThat(first.status()).isEqualTo(201);
        assertRepeats(client.add(this.note, "  " + this.quoted + " "), first);
        assertThat(notes()).isOne();
    }

    /** Section 2.1, with the escapes of RFC 9651, section 3.3.3: two strings are equal without them. */
    @Test
    void s21_escapesInTheStringAreUndone() throws Exception {
        Answer first = client.add(this.note, "\"a\\\"b\\\\" + this.key + '"');
        assertThat(first.status()).isEqualTo(201);
        assertRepeats(client.add(this.note, "\"a\\\"b\\\\" + this.key + '"'), first);
        assertThat(client.add(this.note, "\"a\\\\b\\\\" + this.key + '"').replayed())
                .isFalse();
        assertThat(notes()).isEqualTo(2);
    }

    /** Beyond section 2.1: most clients send the key without quotes, which is a Token or no item at all. */
    @Test
    void s21_beyondTheDraftATokenIsTheSameKey() throws Exception {
        Answer first = client.add(this.note, this.quoted);
        assertRepeats(client.add(this.note, this.key), first);
        assertThat(notes()).isOne();
    }

    /** Section 2.1: what is no String is no key. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\"",
                "\"\"",
                "\"a",
                "\"a\\\"",
                "\"\\a\"",
                "\"a\" \"b\"",
                "\"a\";p=1",
                "a;p=1",
                "a, b",
                "(\"a\")x\""
            })
    void s21_aValueThatIsNoStringIsRefused(String value) throws Exception {
        assertProblem(client.add(this.note, value), 400, "malformed");
        assertThat(notes()).isZero();
    }

    /** Section 2.1: one header field in a request, even if both say the same. */
    @Test
    void s21_moreThanOneHeaderFieldIsRefused() throws Exception {
        assertProblem(client.add(this.note, this.quoted, this.quoted), 400, "malformed");
        assertThat(notes()).isZero();
    }

    /** Section 2.2: a key is unique to its request. */
    @Test
    void s22_requestsWithDifferentKeysAreDifferentRequests() throws Exception {
        Answer first = client.add(this.note, this.quoted);
        Answer second = client.add(this.note, "\"another-" + this.key + '"');
        assertThat(second.status()).isEqualTo(201);
        assertThat(second.replayed()).isFalse();
        assertThat(second.location()).isNotEqualTo(first.location());
        assertThat(notes()).isEqualTo(2);
    }

    /** Sections 2.3 and 2.5: how long a key is valid is defined, and published where a client finds it. */
    @Test
    void s23AndS25_theExpiryIsPublishedAndKept() throws Exception {
        String documentation = client.add(this.note).documentation().orElseThrow();
        Answer page = client.send(client.request(documentation));
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(page.body()).contains("Idempotency-Key", "24 hours", "255", "400", "409", "422");

        client.add(this.note, this.quoted);
        Duration left = Duration.ofSeconds(jdbc.sql("""
                        SELECT extract(epoch FROM max(expires_at) - clock_timestamp())::bigint
                        FROM integration_idempotency""").query(Long.class).single());
        assertThat(left).isBetween(Duration.ofHours(24).minusMinutes(5), Duration.ofHours(24));
    }

    /** Section 2.3: a key is known until its time is over, however often the server was restarted, and not after it. */
    @Test
    void s23_aKeyOutlivesTheServerUntilItsTimeIsOver() throws Exception {
        Answer first = client.add(this.note, this.quoted);
        String expired = "\"expired-" + this.key + '"';
        client.add(this.note, expired);
        assertThat(jdbc.sql("""
                        UPDATE integration_idempotency SET expires_at = clock_timestamp() - interval '1 second'
                        WHERE key_hash = (SELECT key_hash FROM integration_idempotency ORDER BY expires_at DESC LIMIT 1)
                        """).update()).isOne();

        hub.restart();
        client = hub.client();

        assertRepeats(client.add(this.note, this.quoted), first);
        assertThat(notes()).isEqualTo(2);
        assertThat(client.add(this.note, expired).replayed()).isFalse();
        assertThat(notes()).isEqualTo(3);
    }

    /** Section 2.4: the fingerprint is of the payload, so what differs between a request and its retry is no part of it. */
    @Test
    void s24_theFingerprintIsOfThePayloadAlone() throws Exception {
        Answer first = client.add(this.note, this.quoted);
        String sameNote = " { \"text\":\"looked into it\", \"key\":\"%s\" } ".formatted(this.about);
        Answer retry = client.send(client.note(sameNote)
                .header("Idempotency-Key", this.quoted)
                .header("Accept-Language", "fi")
                .header("Authorization", "Bearer renewed")
                .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        assertRepeats(retry, first);
        assertThat(notes()).isOne();
    }

    /** Section 2.6, first request: it is done as always. */
    @Test
    void s26_aFirstRequestIsDoneAsAlways() throws Exception {
        Answer answer = client.add(this.note, this.quoted);
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.json().path("text").asString()).isEqualTo("looked into it");
        assertThat(answer.location())
                .isEqualTo("/api/notes/" + answer.json().path("id").asLong());
        assertThat(answer.header("Idempotent-Replayed")).isEmpty();
        assertThat(notes()).isOne();
    }

    /** Section 2.6, retry: it gets the result of the first. */
    @Test
    void s26_aRetryGetsTheResultOfTheFirst() throws Exception {
        Answer first = client.add(this.note, this.quoted);
        for (int i = 0; i < 3; i++) {
            assertRepeats(client.add(this.note, this.quoted), first);
        }
        assertThat(notes()).isOne();
    }

    /** Section 2.6, retry: an error is a result as much as a success. */
    @Test
    void s26_aRetryOfWhatWasRefusedIsRefusedTheSameWay() throws Exception {
        Answer first = client.add(draft(" "), this.quoted);
        assertThat(first.status()).isEqualTo(422);
        assertThat(first.json().path("detail").asString()).isEqualTo("A note has a key and a text");
        assertRepeats(client.add(draft(" "), this.quoted), first);
        assertThat(notes()).isZero();
    }

    /** Sections 2.6 and 2.7, concurrent request: a conflict, which needs no correction once the first is done. */
    @Test
    void s26AndS27_aConcurrentRequestIsAConflictUntilTheFirstIsDone() throws Exception {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try (Connection other = hub.database().getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("LOCK TABLE note IN SHARE MODE");
            Future<Answer> first = executor.submit(() -> client.add(this.note, this.quoted));
            await().until(
                            () -> jdbc.sql(
                                            "SELECT count(*) FROM pg_locks WHERE relation = 'note'::regclass AND NOT granted")
                                    .query(Long.class)
                                    .single(),
                            (waiting) -> waiting == 1);

            Answer concurrent = client.add(this.note, this.quoted);

            assertProblem(concurrent, 409, "in-progress");
            assertThat(Integer.parseInt(concurrent.header("Retry-After").orElseThrow()))
                    .isBetween(1, 30);
            assertProblem(client.add(draft("another"), this.quoted), 422, "reused");
            assertThat(first.isDone()).isFalse();
            other.rollback();
            assertRepeats(client.add(this.note, this.quoted), first.get(30, TimeUnit.SECONDS));
            assertThat(first.get().status()).isEqualTo(201);
            assertThat(notes()).isOne();
        } finally {
            executor.shutdownNow();
        }
    }

    /** Section 2.6, concurrent requests: whoever is first, one does the work. */
    @Test
    void s26_of32RequestsAtOnceOneIsDone() throws Exception {
        int clients = 32;
        CyclicBarrier start = new CyclicBarrier(clients);
        ExecutorService executor = Executors.newFixedThreadPool(clients);
        try {
            List<Future<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                answers.add(executor.submit(() -> {
                    start.await(30, TimeUnit.SECONDS);
                    return client.add(this.note, this.quoted);
                }));
            }
            int done = 0;
            for (Future<Answer> each : answers) {
                Answer answer = each.get(30, TimeUnit.SECONDS);
                assertThat(answer.status()).isIn(201, 409);
                done += (answer.status() == 201 && !answer.replayed()) ? 1 : 0;
            }
            assertThat(done).isOne();
            assertThat(client.add(this.note, this.quoted).replayed()).isTrue();
            assertThat(notes()).isOne();
        } finally {
            executor.shutdownNow();
        }
    }

    /** Section 2.7: a request without a key is a bad one, and the answer leads to the documentation. */
    @Test
    void s27_aMissingKeyIsABadRequest() throws Exception {
        Answer answer = client.add(this.note);
        assertProblem(answer, 400, "missing");
        assertThat(answer.header("Content-Language")).contains("en");
        assertThat(answer.json().path("detail").asString()).contains("Idempotency-Key");
        assertThat(notes()).isZero();
    }

    /** Section 2.7: a key used again with another payload cannot be processed, and the first result stays. */
    @Test
    void s27_aKeyOfAnotherPayloadIsUnprocessable() throws Exception {
        Answer first = client.add(this.note, this.quoted);
        Answer other = client.add(draft("another"), this.quoted);
        assertProblem(other, 422, "reused");
        assertThat(other.body()).doesNotContain(this.key, this.about, "looked into it");
        assertRepeats(client.add(this.note, this.quoted), first);
        assertThat(notes()).isOne();
    }

    /** Section 2.7: a client corrects its request before it tries again; one that could not be read has used no key. */
    @Test
    void s27_aRequestThatCouldNotBeReadIsCorrectedUnderItsKey() throws Exception {
        assertThat(client.add("{", this.quoted).status()).isEqualTo(400);
        assertThat(client.add(this.note, this.quoted).status()).isEqualTo(201);
        assertThat(notes()).isOne();
    }

    /** Section 2.7, other errors: by our documentation a 5xx gives the key back, and the retry does the work. */
    @Test
    void s27_anErrorOfTheServerLeavesTheKeyToTheRetry() throws Exception {
        jdbc.sql("ALTER TABLE note RENAME TO note_away").update();
        Answer first;
        try {
            first = client.add(this.note, this.quoted);
        } finally {
            jdbc.sql("ALTER TABLE note_away RENAME TO note").update();
        }
        assertThat(first.status()).isEqualTo(500);
        Answer retry = client.add(this.note, this.quoted);
        assertThat(retry.status()).isEqualTo(201);
        assertThat(retry.replayed()).isFalse();
        assertThat(notes()).isOne();
    }

    /** Section 5: keys have a published form, and are held against it before anything is done. */
    @Test
    void s5_aKeyIsHeldAgainstItsPublishedForm() throws Exception {
        String longest = this.key + "k".repeat(255 - this.key.length());
        assertProblem(client.add(this.note, '"' + longest + "k\""), 400, "malformed");
        assertProblem(client.add(this.note, longest + "k"), 400, "malformed");
        assertProblem(client.add(this.note, "\"two words\""), 400, "malformed");
        assertThat(notes()).isZero();
        assertThat(client.add(this.note, '"' + longest + '"').status()).isEqualTo(201);
    }

    /** Section 5: a key is data, whatever stands in it, and who reads the table finds no key. */
    @Test
    void s5_aKeyInjectsNothingAndIsStoredAsAHash() throws Exception {
        String hostile = "\"%s');DROP/**/TABLE/**/note;--\"".formatted(this.key);
        Answer first = client.add(this.note, hostile);
        assertThat(first.status()).isEqualTo(201);
        assertRepeats(client.add(this.note, hostile), first);
        assertThat(notes()).isOne();
        assertThat(jdbc.sql("""
                        SELECT count(*) FROM integration_idempotency row
                        WHERE row::text LIKE '%' || :key || '%'
                           OR position(convert_to(:key, 'UTF8') IN coalesce(payload, '')) > 0""").param("key", this.key).query(Long.class).single())
                .isZero();
    }
}
