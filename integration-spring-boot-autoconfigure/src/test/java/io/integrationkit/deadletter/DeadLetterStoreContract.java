package io.integrationkit.deadletter;

import static io.integrationkit.deadletter.GivenUpCallsOfTests.call;
import static io.integrationkit.deadletter.GivenUpCallsOfTests.message;
import static io.integrationkit.deadletter.GivenUpCallsOfTests.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.call.Compensation;
import io.integrationkit.call.GivenUpCall;
import io.integrationkit.context.Correlation;
import io.integrationkit.context.Scope;
import io.integrationkit.deadletter.DeadLetter.Kind;
import io.integrationkit.deadletter.DeadLetter.Status;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClientResponseException;

/** What dead letters promise about storing, finding and listing, whatever keeps them. */
abstract class DeadLetterStoreContract extends DeadLetterFixture {

    @Test
    void anEntryTellsWhatWasGivenUpAndWhy() {
        Instant failedAt = this.time.now();
        String id;
        try (Scope correlation = Correlation.open("corr-9")) {
            id = this.deadLetters.store(call("orders.ship", "o-1"));
        }

        DeadLetter entry = entry(id);
        assertThat(entry.kind()).isEqualTo(Kind.CALL);
        assertThat(entry.name()).isEqualTo("orders.ship");
        assertThat(entry.key()).isEqualTo("o-1");
        assertThat(entry.category()).isEqualTo(FailureCategory.TEMPORARY);
        assertThat(entry.exceptionType()).isEqualTo(IllegalStateException.class.getName());
        assertThat(entry.message()).isEqualTo("the carrier is down");
        assertThat(entry.attempts()).isEqualTo(3);
        assertThat(entry.firstFailedAt()).isEqualTo(failedAt);
        assertThat(entry.lastFailedAt()).isEqualTo(failedAt);
        assertThat(entry.correlationId()).isEqualTo("corr-9");
        assertThat(entry.status()).isEqualTo(Status.NEW);
        assertThat(entry.replays()).isZero();
        assertThat(this.deadLetters.storedTotal()).isEqualTo(1);
    }

    @Test
    void theSameCallGivenUpAgainUpdatesItsEntry() {
        String id = this.deadLetters.store(call("orders.ship", "o-1"));
        Instant first = this.time.now();
        this.time.advance(Duration.ofHours(1));

        String again =
                this.deadLetters.store(call(operation("orders.ship"), "o-1", new ArithmeticException("no such item")));

        assertThat(again).isEqualTo(id);
        DeadLetter entry = entry(id);
        assertThat(entry.attempts()).isEqualTo(6);
        assertThat(entry.exceptionType()).isEqualTo(ArithmeticException.class.getName());
        assertThat(entry.firstFailedAt()).isEqualTo(first);
        assertThat(entry.lastFailedAt()).isEqualTo(this.time.now());
        assertThat(this.deadLetters.count(DeadLetterFilter.all())).isEqualTo(1);
    }

    @Test
    void aClosedEntryIsOpenAgainWhenItsCallIsGivenUpAgain() {
        String resolved = this.deadLetters.store(call("orders.ship", "o-1"));
        String discarded = this.deadLetters.store(call("orders.ship", "o-2"));
        this.deadLetters.replay(resolved);
        this.deadLetters.discard(discarded, "customer left");

        this.deadLetters.store(call("orders.ship", "o-1"));
        this.deadLetters.store(call("orders.ship", "o-2"));

        assertThat(entry(resolved).status()).isEqualTo(Status.NEW);
        assertThat(entry(discarded).status()).isEqualTo(Status.NEW);
    }

    @Test
    void aReplayUsesTheArgumentsThatWereStoredLast() {
        List<String> arguments = new ArrayList<>();
        this.calls = (operation, json) -> arguments.add(json);
        this.deadLetters.store(call("orders.ship", "o-1"));
        GivenUpCall later = new GivenUpCall(
                operation("orders.ship"),
                "[\"later\"]",
                "o-1",
                Failure.of(FailureCategory.TEMPORARY),
                new IllegalStateException(),
                1,
                Compensation.NONE);

        this.deadLetters.replay(this.deadLetters.store(later));

        assertThat(arguments).containsExactly("[\"later\"]");
    }

    @Test
    void aCallWithoutKeyIsANewEntryEachTime() {
        String one = this.deadLetters.store(call("orders.ship", null));
        String other = this.deadLetters.store(call("orders.ship", null));

        assertThat(other).isNotEqualTo(one);
        assertThat(this.deadLetters.count(DeadLetterFilter.all())).isEqualTo(2);
    }

    @Test
    void theSameKeyOfAnotherOperationOrOfAMessageIsAnotherEntry() {
        this.deadLetters.store(call("a", "b:c"));
        this.deadLetters.store(call("a:b", "c"));
        this.deadLetters.storeMessage(message("a", "b:c"));

        assertThat(this.deadLetters.count(DeadLetterFilter.all())).isEqualTo(3);
    }

    @Test
    void theSameKeyStoredByManyAtOnceIsOneEntry() throws Exception {
        CyclicBarrier together = new CyclicBarrier(4);
        List<String> ids = inParallel(4, () -> {
            together.await(10, TimeUnit.SECONDS);
            return this.deadLetters.store(call("orders.ship", "o-1"));
        });

        assertThat(ids).hasSize(4).containsOnly(ids.get(0));
        assertThat(entry(ids.get(0)).attempts()).isEqualTo(12);
        assertThat(this.deadLetters.count(DeadLetterFilter.all())).isEqualTo(1);
    }

    @Test
    void aMessageOfAnExceptionBecomesOneShortLine() {
        String id = this.deadLetters.store(call(
                operation("orders.ship"), "o\0-1", new IllegalStateException("a\r\nFORGED\0 line" + "x".repeat(900))));

        assertThat(entry(id).message()).startsWith("a  FORGED  line").hasSize(500);
    }

    @Test
    void ofAnHttpAnswerTheStatusIsKeptAndTheBodyIsNot() {
        RestClientResponseException answer = HttpClientErrorException.create(
                "400 Bad Request: \"{card: 4711}\"",
                HttpStatus.BAD_REQUEST,
                "Bad Request",
                HttpHeaders.EMPTY,
                "{card: 4711}".getBytes(StandardCharsets.UTF_8),
                StandardCharsets.UTF_8);
        assertThat(answer).hasMessageContaining("4711");

        String id = this.deadLetters.store(call(operation("orders.ship"), "o-1", answer));

        assertThat(entry(id).message()).isEqualTo("400 Bad Request");
    }

    @Test
    void failuresOfTheSameOriginShareAFingerprint() {
        List<String> fingerprints = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Throwable cause = new IllegalStateException("order " + i);
            fingerprints.add(entry(this.deadLetters.store(call(operation("orders.ship"), "o-" + i, cause)))
                    .fingerprint());
        }
        String other = entry(this.deadLetters.store(call(operation("orders.ship"), "o-9", new ArithmeticException())))
                .fingerprint();

        assertThat(fingerprints.get(0))
                .hasSize(16)
                .isEqualTo(fingerprints.get(1))
                .isNotEqualTo(other);
    }

    @Test
    void entriesAreListedOldestFirstPageByPage() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.add(this.deadLetters.store(call("orders.ship", "o-" + i)));
        }
        this.deadLetters.store(call("orders.ship", "o-1"));

        List<DeadLetter> first = this.deadLetters.list(DeadLetterFilter.all(), null, 3);
        List<DeadLetter> second =
                this.deadLetters.list(DeadLetterFilter.all(), first.get(2).id(), 3);

        assertThat(first).extracting(DeadLetter::id).containsExactlyElementsOf(ids.subList(0, 3));
        assertThat(second).extracting(DeadLetter::id).containsExactlyElementsOf(ids.subList(3, 5));
    }

    @Test
    void aPageAfterAnUnknownEntryIsAnError() {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> this.deadLetters.list(DeadLetterFilter.all(), "nowhere", 3))
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.DEAD_LETTER_NOT_FOUND));
    }

    @Test
    void messagesOfTwoSourcesWithTheSameIdAreTwoEntries() {
        String shop = this.deadLetters.storeMessage(message("orders", "m-1", Map.of("ce_source", "/shop")));
        String store = this.deadLetters.storeMessage(message("orders", "m-1", Map.of("ce_source", "/store")));
        String nobody = this.deadLetters.storeMessage(message("orders", "m-1", Map.of()));
        assertThat(idsOf(DeadLetterFilter.all())).containsExactly(shop, store, nobody);
        assertThat(this.deadLetters.storeMessage(message("orders", "m-1", Map.of("ce_source", "/shop"))))
                .isEqualTo(shop);
        assertThat(idsOf(DeadLetterFilter.all())).hasSize(3);
    }

    @Test
    void eachConditionOfAFilterMustHold() {
        Instant start = this.time.now();
        String ship = this.deadLetters.store(call("orders.ship", "o-1"));
        this.time.advance(Duration.ofHours(1));
        String message = this.deadLetters.storeMessage(message("github-events", "m-1"));
        this.deadLetters.discard(message, "obsolete");
        DeadLetterFilter all = DeadLetterFilter.all();

        assertThat(idsOf(all.withKind(Kind.CALL))).containsExactly(ship);
        assertThat(idsOf(all.withName("github-events"))).containsExactly(message);
        assertThat(idsOf(all.withCategory(FailureCategory.PERMANENT))).containsExactly(message);
        assertThat(idsOf(all.withStatus(Status.NEW))).containsExactly(ship);
        assertThat(idsOf(all.withStatus(Status.DISCARDED))).containsExactly(message);
        assertThat(idsOf(all.withKey("customer-7"))).containsExactly(message);
        assertThat(idsOf(all.withFingerprint(entry(ship).fingerprint()))).containsExactly(ship);
        assertThat(idsOf(all.withFailedBetween(start, start.plusSeconds(3600)))).containsExactly(ship);
        assertThat(idsOf(all.withFailedBetween(start.plusSeconds(3600), null))).containsExactly(message);
        assertThat(idsOf(all.withKind(Kind.CALL).withName("github-events"))).isEmpty();
    }

    private List<String> idsOf(DeadLetterFilter filter) {
        List<DeadLetter> entries = this.deadLetters.list(filter, null, 10);
        assertThat(this.deadLetters.count(filter)).isEqualTo(entries.size());
        return entries.stream().map(DeadLetter::id).toList();
    }

    @Test
    void aFilterValueIsNeverPartOfTheQuestion() {
        this.deadLetters.store(call("orders.ship", "o-1"));
        String attack = "' or '1'='1";

        assertThat(idsOf(DeadLetterFilter.all().withName(attack))).isEmpty();
        assertThat(idsOf(DeadLetterFilter.all().withKey(attack))).isEmpty();
        assertThat(idsOf(DeadLetterFilter.all().withFingerprint(attack))).isEmpty();
        assertThat(this.deadLetters.find(attack)).isEmpty();
    }
}
