package io.integrationkit.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonValue;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.idempotency.StoredResult.Kind;
import java.io.IOException;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.util.unit.DataSize;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;
import tools.jackson.databind.json.JsonMapper;

@ExtendWith(OutputCaptureExtension.class)
class ResultCodecTests {

    private static final IdempotencyKey KEY = new IdempotencyKey("shop.order", "", "abc");

    private static final List<String> HEADERS = List.of("Content-Type", "location", "etag");

    private ResultLimits limits = limits(null);

    record Order(String id, BigDecimal amount, List<Line> lines, Instant at) {}

    record Line(String text, @Nullable Integer count) {}

    record Page<T>(List<T> items, Optional<T> next) {}

    record Blank(@JsonValue @Nullable String text) {}

    static final Order ORDER = new Order(
            "o-1",
            new BigDecimal("12345678901234567890.10"),
            List.of(new Line("ä", null)),
            Instant.parse("2026-02-03T04:05:06Z"));

    static class DeclinedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        DeclinedException(@Nullable String message) {
            super(message);
        }
    }

    static class CardStolenException extends DeclinedException {

        private static final long serialVersionUID = 1L;

        CardStolenException(@Nullable String message, @Nullable Throwable cause) {
            super(String.valueOf(message));
            initCause(cause);
        }
    }

    static class NoSuchOrderException extends DeclinedException {

        private static final long serialVersionUID = 1L;

        NoSuchOrderException(String id) {
            super("There is no order " + id);
        }
    }

    static class LedgerClosedException extends Exception {

        private static final long serialVersionUID = 1L;

        LedgerClosedException(String message) {
            super(message);
        }
    }

    static class LimitException extends IntegrationException {

        private static final long serialVersionUID = 1L;

        LimitException(String message) {
            super(message, FailureCategory.PERMANENT, false);
        }
    }

    @ResponseStatus(code = HttpStatus.GONE, reason = "sold out")
    static class SoldOutException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        SoldOutException() {
            super("article 7");
        }
    }

    static class Shop {

        public void nothing() {}

        public Void bigVoid() {
            throw new UnsupportedOperationException();
        }

        public int number() {
            return 0;
        }

        public @Nullable Order order() throws DeclinedException {
            return null;
        }

        public Order anyDeclared() throws Exception {
            return ORDER;
        }

        public Order checked() throws LedgerClosedException {
            return ORDER;
        }

        public Optional<Order> maybe() {
            return Optional.empty();
        }

        public Optional<Optional<Order>> maybeMaybe() {
            return Optional.empty();
        }

        public List<Optional<Order>> maybes() {
            return List.of();
        }

        public Map<String, List<Page<Order>>> pages() {
            return Map.of();
        }

        public Blank blank() {
            return new Blank(null);
        }

        public ResponseEntity<Order> response() {
            return ResponseEntity.ok(ORDER);
        }

        public ResponseEntity<Void> empty() {
            return ResponseEntity.noContent().build();
        }

        public ResponseEntity<byte[]> bytes() {
            return ResponseEntity.ok(new byte[0]);
        }

        public ResponseEntity<String> text() {
            return ResponseEntity.ok("");
        }

        public ResponseEntity<Page<Order>> page() {
            return ResponseEntity.notFound().build();
        }

        public ResponseEntity<?> anyResponse() {
            return ResponseEntity.ok().build();
        }

        public ResponseEntity<StreamingResponseBody> streaming() {
            return ResponseEntity.ok().build();
        }

        public ResponseEntity<ByteArrayResource> resource() {
            return ResponseEntity.ok().build();
        }

        public HttpEntity<Order> entity() {
            return new HttpEntity<>(ORDER);
        }

        public Optional<ResponseEntity<Order>> maybeResponse() {
            return Optional.empty();
        }
    }

    private static ResultLimits limits(@Nullable ResultCipher cipher) {
        return new ResultLimits(DataSize.ofKilobytes(256), HEADERS, List.of(), cipher);
    }

    private static Operation operation(String method) {
        Method found = Arrays.stream(Shop.class.getDeclaredMethods())
                .filter((each) -> each.getName().equals(method))
                .findFirst()
                .orElseThrow();
        return new Operation("shop." + method, "shop", Shop.class, found);
    }

    private ResultCodec codec(String method) {
        Operation operation = operation(method);
        return new ResultCodec(
                operation, new PayloadCodec(new JsonMapper()), ResultCodec.returnTypeOf(operation), this.limits);
    }

    private @Nullable Object roundTrip(String method, @Nullable Object result) throws Exception {
        StoredResult stored = codec(method).write(KEY, result);
        return codec(method).read(KEY, stored);
    }

    private Throwable replayed(String method, Throwable thrown, FailureCategory category) {
        StoredResult stored = codec(method).write(KEY, thrown, Failure.of(category));
        return org.assertj.core.api.Assertions.catchThrowable(
                () -> codec(method).read(KEY, stored));
    }

    @Test
    void nothingNullAndEmptyAreKindsOfTheirOwn() throws Exception {
        assertThat(codec("nothing").write(KEY, null).kind()).isEqualTo(Kind.VOID);
        assertThat(codec("bigVoid").write(KEY, null).kind()).isEqualTo(Kind.VOID);
        assertThat(codec("order").write(KEY, null).kind()).isEqualTo(Kind.NULL);
        assertThat(codec("maybe").write(KEY, Optional.empty()).kind()).isEqualTo(Kind.EMPTY);
        assertThat(codec("maybe").write(KEY, null).kind()).isEqualTo(Kind.NULL);
        assertThat(roundTrip("nothing", null)).isNull();
        assertThat(roundTrip("order", null)).isNull();
        assertThat(roundTrip("maybe", Optional.empty())).isEqualTo(Optional.empty());
        assertThat(roundTrip("maybe", null)).isNull();
    }

    @Test
    void recordsNumbersAndGenericsComeBackAsTheyWere() throws Exception {
        assertThat(roundTrip("order", ORDER)).isEqualTo(ORDER);
        assertThat(roundTrip("number", 7)).isEqualTo(7);
        assertThat(roundTrip("maybe", Optional.of(ORDER))).isEqualTo(Optional.of(ORDER));
        Map<String, List<Page<Order>>> pages = Map.of(
                "a", List.of(new Page<>(List.of(ORDER), Optional.of(ORDER)), new Page<>(List.of(), Optional.empty())));
        assertThat(roundTrip("pages", pages)).isEqualTo(pages);
    }

    @Test
    void optionalsInOptionalsAndListsKeepWhichOfThemIsEmpty() throws Exception {
        assertThat(roundTrip("maybeMaybe", Optional.empty())).isEqualTo(Optional.empty());
        assertThat(roundTrip("maybeMaybe", Optional.of(Optional.empty()))).isEqualTo(Optional.of(Optional.empty()));
        assertThat(roundTrip("maybeMaybe", Optional.of(Optional.of(ORDER)))).isEqualTo(Optional.of(Optional.of(ORDER)));
        assertThat(roundTrip("maybes", List.of(Optional.of(ORDER), Optional.empty())))
                .isEqualTo(List.of(Optional.of(ORDER), Optional.empty()));
    }

    @Test
    void noClassNameIsStoredEvenIfTheMapperOfTheApplicationWritesThem() {
        JsonMapper typed = JsonMapper.builder()
                .activateDefaultTyping(
                        tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator.builder()
                                .allowIfBaseType(Object.class)
                                .build(),
                        tools.jackson.databind.DefaultTyping.NON_FINAL)
                .build();
        Operation operation = operation("pages");
        ResultCodec codec =
                new ResultCodec(operation, new PayloadCodec(typed), ResultCodec.returnTypeOf(operation), this.limits);
        StoredResult stored = codec.write(KEY, Map.of("a", List.of(new Page<>(List.of(ORDER), Optional.empty()))));
        assertThat(text(stored)).contains("o-1").doesNotContain("java.", "io.integrationkit");
    }

    @Test
    void aResponseKeepsStatusBodyAndTheHeadersThatAreListed() throws Exception {
        ResponseEntity<Order> response = ResponseEntity.created(URI.create("/orders/o-1"))
                .eTag("\"1\"")
                .contentType(MediaType.APPLICATION_JSON)
                .header(HttpHeaders.SET_COOKIE, "session=secret")
                .header("X-Trace", "t-1")
                .body(ORDER);
        StoredResult stored = codec("response").write(KEY, response);
        assertThat(stored.kind()).isEqualTo(Kind.RESPONSE);
        assertThat(text(stored)).doesNotContain("secret", "t-1");
        ResponseEntity<?> read =
                (ResponseEntity<?>) Objects.requireNonNull(codec("response").read(KEY, stored));
        assertThat(read.getStatusCode()).isEqualTo(HttpStatus.CREATED);
        assertThat(read.getBody()).isEqualTo(ORDER);
        assertThat(read.getHeaders().toSingleValueMap())
                .containsOnly(
                        Map.entry("Location", "/orders/o-1"),
                        Map.entry("ETag", "\"1\""),
                        Map.entry("Content-Type", "application/json"));
    }

    @Test
    void aHeaderThatIsNotListedAnyMoreIsNotRepeatedFromTheStore() throws Exception {
        StoredResult stored = codec("empty")
                .write(KEY, ResponseEntity.noContent().eTag("\"1\"").build());
        this.limits = new ResultLimits(DataSize.ofKilobytes(1), List.of("location"), List.of(), null);
        ResponseEntity<?> read =
                (ResponseEntity<?>) Objects.requireNonNull(codec("empty").read(KEY, stored));
        assertThat(read.getHeaders().isEmpty()).isTrue();
    }

    @Test
    void responsesHaveBodiesOfAnyKindOrNone() throws Exception {
        assertThat(roundTrip("empty", ResponseEntity.noContent().build()))
                .isEqualTo(ResponseEntity.noContent().build());
        assertThat(roundTrip("text", ResponseEntity.ok("ä\n\""))).isEqualTo(ResponseEntity.ok("ä\n\""));
        assertThat(roundTrip("text", ResponseEntity.ok().build()))
                .isEqualTo(ResponseEntity.ok().build());
        byte[] bytes = {0, -1, 1, 127};
        assertThat(((ResponseEntity<?>) Objects.requireNonNull(roundTrip("bytes", ResponseEntity.ok(bytes)))).getBody())
                .isEqualTo(bytes);
        ResponseEntity<Page<Order>> page =
                ResponseEntity.status(418).body(new Page<>(List.of(ORDER), Optional.empty()));
        assertThat(roundTrip("page", page)).isEqualTo(page);
        assertThat(roundTrip("response", null)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"anyResponse", "streaming", "resource", "entity", "maybeResponse"})
    void responsesThatCannotBeReadAgainEndStartUp(String method) {
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> codec(method))
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.RESULT_NOT_SERIALIZABLE))
                .withMessageContaining("shop." + method);
    }

    @Test
    void ofAResultThatIsTooLargeOnlyIsKeptThatThereWasOne(CapturedOutput output) {
        this.limits = new ResultLimits(DataSize.ofBytes(60), HEADERS, List.of(), null);
        StoredResult stored = codec("order").write(KEY, ORDER);
        assertThat(stored).isEqualTo(StoredResult.of(Kind.TOMBSTONE));
        assertThat(output)
                .contains("WARN", "INT-406", "shop.order", "integration.idempotency.max-result-size=60B")
                .doesNotContain("o-1");
        assertLost("order", stored, "integration.idempotency.max-result-size");
        assertThat(codec("text").write(KEY, ResponseEntity.ok("x".repeat(100))).kind())
                .isEqualTo(Kind.TOMBSTONE);
        assertThat(codec("number").write(KEY, 7).kind()).isEqualTo(Kind.VALUE);
    }

    @Test
    void aResultThatCannotBeWrittenIsATombstone() {
        StoredResult stored = codec("pages").write(KEY, new Object() {
            public String getText() {
                throw new IllegalStateException("no");
            }
        });
        assertLost("pages", stored, "could not be stored");
    }

    @Test
    void aStoredValueThatDoesNotFitIsNotQuoted() {
        StoredResult stored = new StoredResult(Kind.VALUE, "{\"lines\":\"secret\"}".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> codec("order").read(KEY, stored))
                .hasMessageContaining("INT-406", "lines")
                .satisfies((ex) -> assertThat(ex.toString()).doesNotContain("secret"))
                .hasNoCause();
        assertLost("order", new StoredResult(Kind.RESPONSE, new byte[] {'{', '}'}), "response");
        assertLost("order", new StoredResult(Kind.VALUE, null), "no content");
    }

    private void assertLost(String method, StoredResult stored, String why) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> codec(method).read(KEY, stored))
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.RESULT_NOT_SERIALIZABLE))
                .withMessageContaining("shop." + method)
                .withMessageContaining(why);
    }

    @Test
    void anExceptionThatTheMethodDeclaresIsThrownAgainAsWhatItIs() {
        assertThat(replayed("order", new DeclinedException("no money"), FailureCategory.PERMANENT))
                .isExactlyInstanceOf(DeclinedException.class)
                .hasMessage("no money")
                .hasNoCause()
                .satisfies((ex) ->
                        assertThat(ex.getSuppressed()).singleElement().isInstanceOf(IdempotentReplayException.class));
        assertThat(replayed("order", new CardStolenException("card", new IOException()), FailureCategory.VALIDATION))
                .isExactlyInstanceOf(CardStolenException.class)
                .hasMessage("card");
        assertThat(replayed("checked", new LedgerClosedException("closed"), FailureCategory.PERMANENT))
                .isExactlyInstanceOf(LedgerClosedException.class);
        assertThat(replayed("number", new LimitException("too much"), FailureCategory.PERMANENT))
                .isExactlyInstanceOf(LimitException.class);
    }

    @Test
    void anExceptionThatWouldSayAnotherThingIsAReplay() {
        assertReplay("order", new NoSuchOrderException("7"), "There is no order 7");
        assertReplay("number", new DeclinedException("not declared"), "not declared");
        assertReplay("anyDeclared", new DeclinedException("anything is declared"), "anything is declared");
        assertThat(replayed("number", new LimitException("too much"), FailureCategory.VALIDATION))
                .isInstanceOfSatisfying(
                        IdempotentReplayException.class,
                        (ex) -> assertThat(ex.category()).isEqualTo(FailureCategory.VALIDATION));
    }

    private void assertReplay(String method, Throwable thrown, String message) {
        assertThat(replayed(method, thrown, FailureCategory.PERMANENT))
                .isInstanceOf(IdempotentReplayException.class)
                .hasMessage(message);
    }

    @Test
    void aRegisteredExceptionIsThrownAgainUnlessItIsCheckedAndNotDeclared() {
        this.limits = new ResultLimits(
                DataSize.ofKilobytes(1), HEADERS, List.of(DeclinedException.class, LedgerClosedException.class), null);
        assertThat(replayed("number", new DeclinedException("no"), FailureCategory.PERMANENT))
                .isExactlyInstanceOf(DeclinedException.class);
        assertReplay("number", new LedgerClosedException("closed"), "closed");
    }

    /** Would be noticed if a name from the store were enough to load and initialise a class, or to make an instance. */
    static class Gadget extends RuntimeException {

        private static final long serialVersionUID = 1L;

        static boolean made;

        static {
            GadgetTrace.initialised = true;
        }

        Gadget(String message) {
            super(message);
            made = true;
        }
    }

    static class GadgetTrace {
        static boolean initialised;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.integrationkit.idempotency.ResultCodecTests$Gadget",
                "java.lang.IllegalStateException",
                "java.lang.String",
                "no.such.Exception",
                "io.integrationkit.failure.ProblemException"
            })
    void aNameInTheStoreMakesNothingThatTheOperationDoesNotKnow(String name) {
        StoredResult stored = new StoredResult(
                Kind.ERROR,
                "{\"category\":\"PERMANENT\",\"message\":\"m\",\"type\":\"%s\"}"
                        .formatted(name)
                        .getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> codec("order").read(KEY, stored)).isInstanceOf(IdempotentReplayException.class);
        assertThat(GadgetTrace.initialised).isFalse();
    }

    @Test
    void whatWasStoredBeforeExceptionsWereThrownAgainIsStillRead() {
        StoredResult stored = new StoredResult(
                Kind.ERROR, "{\"category\":\"PERMANENT\",\"message\":\"m\"}".getBytes(StandardCharsets.UTF_8));
        assertThatExceptionOfType(IdempotentReplayException.class)
                .isThrownBy(() -> codec("order").read(KEY, stored))
                .withMessage("m");
    }

    @Test
    void statusAndDetailOfAnErrorResponseSurvive() {
        assertThat(replayed(
                        "number",
                        new ResponseStatusException(HttpStatus.CONFLICT, "shipped already"),
                        FailureCategory.PERMANENT))
                .isInstanceOfSatisfying(ResponseStatusException.class, (ex) -> {
                    assertThat(ex.getStatusCode()).isEqualTo(HttpStatus.CONFLICT);
                    assertThat(ex.getReason()).isEqualTo("shipped already");
                });
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, "shipped already");
        problem.setType(URI.create("urn:shop:shipped"));
        problem.setTitle("Shipped");
        problem.setProperty("parcel", 7);
        assertThat(replayed(
                        "number",
                        new ErrorResponseException(HttpStatus.CONFLICT, problem, null),
                        FailureCategory.PERMANENT))
                .isExactlyInstanceOf(ErrorResponseException.class)
                .isInstanceOfSatisfying(
                        ErrorResponseException.class,
                        (ex) -> assertThat(ex.getBody()).isEqualTo(problem));
        assertThat(replayed("number", new SoldOutException(), FailureCategory.PERMANENT))
                .isInstanceOfSatisfying(ResponseStatusException.class, (ex) -> {
                    assertThat(ex.getStatusCode()).isEqualTo(HttpStatus.GONE);
                    assertThat(ex.getReason()).isEqualTo("sold out");
                });
    }

    @Test
    void aFailureIsRememberedEvenIfItsPropertiesCannotBe() {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, "d".repeat(1000));
        problem.setProperty("self", new Object() {
            public Object getSelf() {
                throw new IllegalStateException();
            }
        });
        assertThat(replayed(
                        "number",
                        new ErrorResponseException(HttpStatus.CONFLICT, problem, null),
                        FailureCategory.PERMANENT))
                .isInstanceOfSatisfying(ErrorResponseException.class, (ex) -> {
                    assertThat(ex.getStatusCode()).isEqualTo(HttpStatus.CONFLICT);
                    assertThat(ex.getBody().getDetail()).hasSize(500);
                    assertThat(ex.getBody().getProperties()).isNull();
                });
    }

    @Test
    void aFailureWithoutAMessageIsRememberedToo() {
        assertThat(replayed("number", new DeclinedException(null), FailureCategory.PERMANENT))
                .isInstanceOf(IdempotentReplayException.class)
                .message()
                .isNotBlank();
        assertThat(replayed("order", new DeclinedException(null), FailureCategory.PERMANENT))
                .isExactlyInstanceOf(DeclinedException.class)
                .hasMessage(null);
    }

    private static final class Xor implements ResultCipher {

        @Override
        public byte[] encrypt(IdempotencyKey key, byte[] plain) {
            return mix(key, plain);
        }

        @Override
        public byte[] decrypt(IdempotencyKey key, byte[] sealed) {
            byte[] plain = mix(key, sealed);
            if (plain[0] != '{') {
                throw new IllegalArgumentException("not mine: secret");
            }
            return plain;
        }

        private static byte[] mix(IdempotencyKey key, byte[] bytes) {
            byte[] mixed = bytes.clone();
            for (int i = 0; i < mixed.length; i++) {
                mixed[i] ^= (byte) (0x80 | key.hash().charAt(0));
            }
            return mixed;
        }
    }

    @Test
    void aCipherSealsResultsAndFailures() throws Exception {
        this.limits = limits(new Xor());
        assertThat(text(codec("order").write(KEY, ORDER))).doesNotContain("o-1");
        assertThat(roundTrip("order", ORDER)).isEqualTo(ORDER);
        assertThat(roundTrip("response", ResponseEntity.ok(ORDER))).isEqualTo(ResponseEntity.ok(ORDER));
        StoredResult failure =
                codec("order").write(KEY, new DeclinedException("no money"), Failure.of(FailureCategory.PERMANENT));
        assertThat(text(failure)).doesNotContain("money");
        assertThatExceptionOfType(DeclinedException.class)
                .isThrownBy(() -> codec("order").read(KEY, failure))
                .withMessage("no money");
    }

    @Test
    void whatWasStoredInClearIsStillReadOnceThereIsACipher() throws Exception {
        StoredResult stored = codec("order").write(KEY, ORDER);
        this.limits = limits(new Xor());
        assertThat(codec("order").read(KEY, stored)).isEqualTo(ORDER);
    }

    @Test
    void aSealedResultWithoutItsCipherIsLostAndSaysWhichBeanIsMissing() {
        this.limits = limits(new Xor());
        StoredResult stored = codec("order").write(KEY, ORDER);
        this.limits = limits(null);
        assertLost("order", stored, "no bean of type io.integrationkit.idempotency.ResultCipher");
    }

    @Test
    void aResultSealedForAnotherKeyIsLostAndNothingOfItIsSaid() {
        this.limits = limits(new Xor());
        StoredResult stored = codec("order").write(KEY, ORDER);
        assertThatThrownBy(() -> codec("order").read(new IdempotencyKey("shop.order", "", "xyz"), stored))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("io.integrationkit.idempotency.ResultCipher")
                .hasMessageContaining(Xor.class.getName())
                .satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("secret"))
                .hasNoCause();
    }

    @Test
    void aCipherThatFailsLeavesATombstoneAndNeverTheResultInClear(CapturedOutput output) {
        this.limits = limits(new ResultCipher() {
            @Override
            public byte[] encrypt(IdempotencyKey key, byte[] plain) {
                throw new IllegalStateException("quoted: " + new String(plain, StandardCharsets.UTF_8));
            }

            @Override
            public byte[] decrypt(IdempotencyKey key, byte[] sealed) {
                return sealed;
            }
        });
        assertThat(codec("order").write(KEY, ORDER)).isEqualTo(StoredResult.of(Kind.TOMBSTONE));
        assertThat(output).contains("WARN", "INT-406", "ResultCipher").doesNotContain("o-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Set-Cookie", "set-cookie", " Set-Cookie ", "Transfer-Encoding", "Idempotent-Replayed"})
    void headersOfOneClientOrConnectionCannotBeListed(String header) {
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> new ResultLimits(DataSize.ofKilobytes(1), List.of(header), List.of(), null))
                .withMessageContaining("integration.idempotency.http.replayed-headers");
    }

    @Test
    void limitsThatCannotWorkAreRefused() {
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> new ResultLimits(DataSize.ofBytes(0), HEADERS, List.of(), null))
                .withMessageContaining("integration.idempotency.max-result-size=0B");
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> new ResultLimits(DataSize.ofBytes(1), HEADERS, List.of(RuntimeException.class), null))
                .withMessageContaining("integration.idempotency.replayed-exceptions");
    }

    private static String text(StoredResult stored) {
        return new String(Objects.requireNonNull(stored.payload()), StandardCharsets.ISO_8859_1);
    }
}
