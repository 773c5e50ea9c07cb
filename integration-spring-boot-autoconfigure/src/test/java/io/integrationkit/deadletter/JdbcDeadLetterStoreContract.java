package io.integrationkit.deadletter;

import static io.integrationkit.deadletter.GivenUpCallsOfTests.call;
import static io.integrationkit.deadletter.GivenUpCallsOfTests.message;
import static io.integrationkit.deadletter.GivenUpCallsOfTests.operationWithResult;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.integrationkit.call.PayloadCodec;
import io.integrationkit.deadletter.DeadLetter.Status;
import io.integrationkit.deadletter.ReplayResult.Outcome;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.assertj.core.groups.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** What dead letters in a database promise besides. */
abstract class JdbcDeadLetterStoreContract extends ContentContract {

    private static final SecureRandom RANDOM = new SecureRandom();

    TransactionTemplate transaction;

    private TransactionTemplate readOnly;

    JdbcTemplate jdbc;

    JdbcAccess access;

    /** Returns a database for this test alone, or for all tests of this class. */
    abstract DataSource dataSource();

    @BeforeEach
    @Override
    void createDeadLetters() {
        DataSource dataSource = dataSource();
        DataSourceTransactionManager manager = new DataSourceTransactionManager(dataSource);
        this.access = new JdbcAccess(dataSource, manager, Database.of(dataSource));
        this.transaction = new TransactionTemplate(manager);
        this.readOnly = new TransactionTemplate(manager);
        this.readOnly.setReadOnly(true);
        this.jdbc = new JdbcTemplate(dataSource);
        String platform = this.access.database().name().toLowerCase(Locale.ROOT);
        ResourceDatabasePopulator schema = new ResourceDatabasePopulator(
                new ClassPathResource("io/integrationkit/schema/deadletter-" + platform + ".sql"));
        schema.execute(dataSource);
        schema.execute(dataSource);
        this.jdbc.execute("create table if not exists delivery (id varchar(36) primary key)");
        this.jdbc.update("delete from delivery");
        this.jdbc.update("delete from integration_dead_letter_tally");
        this.jdbc.update("delete from integration_dead_letter_history");
        this.jdbc.update("delete from integration_dead_letter");
        super.createDeadLetters();
    }

    @AfterEach
    void theTallyIsWhatTheEntriesAre() {
        List<DeadLetterFilter> filters = new ArrayList<>(List.of(DeadLetterFilter.all()));
        for (Status status : Status.values()) {
            filters.add(DeadLetterFilter.all().withStatus(status));
        }
        for (DeadLetterFilter filter : filters) {
            // A filter with a time cannot be answered by the tally.
            DeadLetterFilter read = filter.withFailedBetween(Instant.EPOCH, null);
            assertThat(this.deadLetters.counts(filter)).isEqualTo(this.deadLetters.counts(read));
            assertThat(this.deadLetters.count(filter)).isEqualTo(this.deadLetters.count(read));
            assertThat(places(filter)).containsExactlyInAnyOrderElementsOf(places(read));
        }
    }

    private List<Tuple> places(DeadLetterFilter filter) {
        return this.deadLetters.groups(filter, 1_000).stream()
                .map((group) -> tuple(
                        group.fingerprint(),
                        group.kind(),
                        group.name(),
                        group.category(),
                        group.count(),
                        group.firstFailedAt(),
                        group.exampleId()))
                .toList();
    }

    @Override
    DeadLetterStore newStore() {
        return newStore(null);
    }

    private JdbcDeadLetterStore newStore(@Nullable DeadLetterCipher cipher) {
        return new JdbcDeadLetterStore(this.access, new PayloadCodec(new JsonMapper()), cipher);
    }

    @Override
    void expireLease(String id) {
        this.jdbc.update(
                "update integration_dead_letter set lease_until = lease_until - interval '1' hour where id = ?", id);
    }

    @Override
    void age(Duration time) {
        this.jdbc.update(
                "update integration_dead_letter set closed_at = closed_at - interval '%d' second where closed_at is not null"
                        .formatted(time.toSeconds()));
    }

    @Test
    void aCallThatReturnsNothingIsStoredInTheTransactionOfItsCaller() {
        this.transaction.executeWithoutResult((status) -> {
            this.deadLetters.store(call("orders.ship", "o-1"));
            assertThat(this.deadLetters.storedTotal()).isZero();
            status.setRollbackOnly();
        });
        assertThat(this.deadLetters.count(DeadLetterFilter.all())).isZero();

        this.transaction.executeWithoutResult((status) -> this.deadLetters.store(call("orders.ship", "o-1")));

        assertThat(this.deadLetters.count(DeadLetterFilter.all())).isEqualTo(1);
        assertThat(this.deadLetters.storedTotal()).isEqualTo(1);
    }

    @Test
    void aCallWithAResultIsStoredEvenIfItsCallerRollsBack() {
        this.transaction.executeWithoutResult((status) -> {
            this.deadLetters.store(call(operationWithResult("orders.price"), "o-1", new IllegalStateException("down")));
            status.setRollbackOnly();
        });

        assertThat(this.deadLetters.count(DeadLetterFilter.all())).isEqualTo(1);
        assertThat(this.deadLetters.storedTotal()).isEqualTo(1);
    }

    @Test
    void aCallIsNotStoredInATransactionThatCanOnlyRollBack() {
        assertThatExceptionOfType(UnexpectedRollbackException.class)
                .isThrownBy(() -> this.transaction.executeWithoutResult((outer) -> {
                    this.transaction.executeWithoutResult((inner) -> inner.setRollbackOnly());
                    this.deadLetters.store(call("orders.ship", "o-1"));
                }));

        assertThat(this.deadLetters.count(DeadLetterFilter.all())).isEqualTo(1);
    }

    @Test
    void aCallIsNotStoredInATransactionThatMayOnlyRead() {
        this.readOnly.executeWithoutResult((status) -> this.deadLetters.store(call("orders.ship", "o-1")));

        assertThat(this.deadLetters.count(DeadLetterFilter.all())).isEqualTo(1);
    }

    @Test
    void aMessageIsStoredInTheTransactionThatRemovesItElsewhere() {
        this.transaction.executeWithoutResult((status) -> {
            this.deadLetters.storeMessage(message("github-events", "m-1"));
            status.setRollbackOnly();
        });

        assertThat(this.deadLetters.count(DeadLetterFilter.all())).isZero();
    }

    @Test
    void storingTheSameAgainDoesNotHarmTheTransactionItJoins() {
        this.deadLetters.store(call("orders.ship", "o-1"));

        this.transaction.executeWithoutResult((status) -> {
            this.deadLetters.store(call("orders.ship", "o-1"));
            this.jdbc.update("insert into delivery values ('after')");
        });

        assertThat(this.jdbc.queryForList("select id from delivery", String.class))
                .containsExactly("after");
    }

    @Test
    void aReplayInsideATransactionIsRefused() {
        String id = this.deadLetters.store(call("orders.ship", "o-1"));

        this.transaction.executeWithoutResult((status) -> {
            assertThatExceptionOfType(ProblemException.class)
                    .isThrownBy(() -> this.deadLetters.replay(id))
                    .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.DEAD_LETTER_NOT_REPLAYABLE));
            assertThatExceptionOfType(ProblemException.class)
                    .isThrownBy(() -> this.deadLetters.replay(DeadLetterFilter.all(), 1));
        });
        assertThat(entry(id).status()).isEqualTo(Status.NEW);
    }

    @Test
    void aCallIsReplayedOutsideAnyTransactionAndSeesTheClaimCommitted() {
        List<Object> seen = new ArrayList<>();
        this.calls = (operation, arguments) -> {
            seen.add(this.access.inTransaction());
            return seen.addAll(inParallel(
                    1, () -> this.jdbc.queryForObject("select status from integration_dead_letter", String.class)));
        };

        this.deadLetters.replay(this.deadLetters.store(call("orders.ship", "o-1")));

        assertThat(seen).containsExactly(false, "REPLAYING");
    }

    @Test
    void aMessageIsOwedAgainExactlyIfItsEntryIsResolved() {
        String id = this.deadLetters.storeMessage(message("github-events", "m-1"));
        this.sender = (message) -> {
            this.jdbc.update("insert into delivery values (?)", message.messageId());
            throw new IllegalStateException("after the insert");
        };

        assertThat(this.deadLetters.replay(id).outcome()).isEqualTo(Outcome.FAILED);
        assertThat(this.jdbc.queryForList("select id from delivery", String.class))
                .isEmpty();
        assertThat(entry(id).status()).isEqualTo(Status.NEW);

        List<String> seen = new ArrayList<>();
        this.sender = (message) -> {
            this.jdbc.update("insert into delivery values (?)", message.messageId());
            seen.addAll(this.jdbc.queryForList("select status from integration_dead_letter", String.class));
        };

        assertThat(this.deadLetters.replay(id).outcome()).isEqualTo(Outcome.REPLAYED);
        assertThat(this.jdbc.queryForList("select id from delivery", String.class))
                .containsExactly("m-1");
        assertThat(seen).as("status in the transaction of the insert").containsExactly("RESOLVED");
        assertThat(entry(id).status()).isEqualTo(Status.RESOLVED);
    }

    @Test
    void entriesAreSeenByAnotherInstance() {
        String id = this.deadLetters.store(call("orders.ship", "o-1"));

        assertThat(newStore().find(id)).contains(entry(id));
        assertThat(this.deadLetters.durable()).isTrue();
    }

    @Test
    void anEntryIsStoredInATransactionOfAnyIsolation() {
        this.transaction.setIsolationLevel(TransactionDefinition.ISOLATION_SERIALIZABLE);

        this.transaction.executeWithoutResult((status) -> this.deadLetters.store(call("orders.ship", "o-1")));

        assertThat(this.deadLetters.count(DeadLetterFilter.all())).isEqualTo(1);
    }

    @Test
    void contentIsEncryptedUnderAKeyThatMayChange() {
        Map<String, byte[]> keys = new HashMap<>(Map.of("k1", AesGcmCipherTests.key()));
        String plain = this.deadLetters.store(call("orders.ship", "o-1"));
        with(new AesGcmCipher(keys, "k1", RANDOM));
        String older = this.deadLetters.storeMessage(message("github-events", "m-1"));
        String call = this.deadLetters.store(call("orders.ship", "o-2"));
        keys.put("k2", AesGcmCipherTests.key());
        with(new AesGcmCipher(keys, "k2", RANDOM));
        String newer = this.deadLetters.storeMessage(message("github-events", "m-2"));

        assertThat(this.jdbc.queryForList("select cipher from integration_dead_letter order by seq", String.class))
                .containsExactly(null, "k1", "k1", "k2");
        assertThat(this.jdbc.queryForObject(
                        "select arguments from integration_dead_letter where id = ?", String.class, call))
                .doesNotContain("o-1");
        assertThat(new String(bytes(older, "payload"), StandardCharsets.ISO_8859_1))
                .doesNotContain(new String(message("github-events", "m-1").payload(), StandardCharsets.ISO_8859_1));
        List<String> arguments = new ArrayList<>();
        this.calls = (operation, stored) -> arguments.add(stored);
        for (String id : List.of(plain, older, call, newer)) {
            assertThat(this.deadLetters.replay(id).outcome()).isEqualTo(Outcome.REPLAYED);
        }
        assertThat(arguments).containsExactly("[\"o-1\"]", "[\"o-1\"]");
        assertThat(this.sent).hasSize(2).allSatisfy((message) -> {
            DeadLetterMessage stored = message("github-events", message.messageId());
            assertThat(message.payload()).isEqualTo(stored.payload());
            assertThat(message.headers()).isEqualTo(stored.headers());
        });
    }

    @Test
    void anEntryThatIsGivenUpAgainIsUnderTheKeyOfNow() {
        this.deadLetters.store(call("orders.ship", "o-1"));
        with(new AesGcmCipher(Map.of("k1", AesGcmCipherTests.key()), "k1", RANDOM));
        this.deadLetters.store(call("orders.ship", "o-1"));
        assertThat(this.jdbc.queryForObject("select cipher from integration_dead_letter", String.class))
                .isEqualTo("k1");
        with(null);
        this.deadLetters.store(call("orders.ship", "o-1"));

        assertThat(this.jdbc.queryForObject("select cipher from integration_dead_letter", String.class))
                .isNull();
    }

    @Test
    void anEntryThatCannotBeDecryptedSaysSoAndStays() {
        with(new AesGcmCipher(Map.of("k1", AesGcmCipherTests.key()), "k1", RANDOM));
        String id = this.deadLetters.storeMessage(message("github-events", "m-1"));
        String other = this.deadLetters.storeMessage(message("github-events", "m-2"));
        this.jdbc.update(
                "update integration_dead_letter set payload = ?, headers = ? where id = ?",
                bytes(other, "payload"),
                bytes(other, "headers"),
                id);
        assertUnreadable(id, "k1");
        assertThat(this.deadLetters.replay(other).outcome()).isEqualTo(Outcome.REPLAYED);

        with(null);
        assertUnreadable(id, DeadLetterCipher.class.getName());
        with(new AesGcmCipher(Map.of("k2", AesGcmCipherTests.key()), "k2", RANDOM));
        assertUnreadable(id, "k1");
        assertThat(this.sent).hasSize(1);
    }

    private byte[] bytes(String id, String column) {
        return Objects.requireNonNull(this.jdbc.queryForObject(
                "select " + column + " from integration_dead_letter where id = ?", byte[].class, id));
    }

    private void assertUnreadable(String id, String said) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> this.deadLetters.replay(id))
                .withMessageContaining(said)
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.DEAD_LETTER_CIPHER));
        assertThat(this.deadLetters.replayAll(List.of(id, id), BY))
                .allSatisfy((result) -> assertThat(result.code()).isEqualTo(ProblemCode.DEAD_LETTER_CIPHER));
        assertThat(this.deadLetters.show(id).orElseThrow()).satisfies((shown) -> {
            assertThat(shown.problem()).isEqualTo(ProblemCode.DEAD_LETTER_CIPHER);
            assertThat(shown.content()).isNull();
            assertThat(shown.entry().status()).isEqualTo(Status.NEW);
        });
    }

    @Test
    void whatCannotBeEncryptedIsNotStoredInClear() {
        with(new DeadLetterCipher() {

            @Override
            public String keyId() {
                return "k1";
            }

            @Override
            public byte[] encrypt(String keyId, byte[] plain, byte[] associatedData) {
                throw new IllegalStateException(new String(plain, StandardCharsets.UTF_8));
            }

            @Override
            public byte[] decrypt(String keyId, byte[] cipherText, byte[] associatedData) {
                return cipherText;
            }
        });

        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> this.deadLetters.store(call("orders.ship", "o-1")))
                .withMessageNotContaining("o-1")
                .withNoCause()
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.DEAD_LETTER_CIPHER));
        assertThat(this.deadLetters.count(DeadLetterFilter.all())).isZero();
    }

    @Test
    void whatIsRevealedIsNotedEvenIfTheTransactionOfTheReaderIsRolledBack() {
        this.masking = new MaskingSettings(List.of("pin"), List.of(), true);
        this.deadLetters = deadLetters();
        String id = this.deadLetters.store(call("orders.ship", "o-1"));

        this.transaction.executeWithoutResult((status) -> {
            assertThat(this.deadLetters.reveal(id, BY)).isPresent();
            status.setRollbackOnly();
        });

        assertThat(this.deadLetters.history(id)).hasSize(1);
    }

    private void with(@Nullable DeadLetterCipher cipher) {
        this.store = newStore(cipher);
        this.deadLetters = deadLetters();
    }

    @Test
    void whatIsGivenUpWhileItsEntryIsDeletedIsStored() throws Exception {
        for (int round = 0; round < 30; round++) {
            String id = this.deadLetters.store(call("orders.ship", "o-1"));
            this.deadLetters.discard(id, "obsolete");
            CyclicBarrier together = new CyclicBarrier(2);
            AtomicBoolean first = new AtomicBoolean();

            inParallel(2, () -> {
                boolean deletes = first.compareAndSet(false, true);
                together.await(10, TimeUnit.SECONDS);
                return deletes
                        ? this.deadLetters.purge(DeadLetterFilter.all(), 10, BY)
                        : this.deadLetters.store(call("orders.ship", "o-1"));
            });

            assertThat(entry(id).status()).isEqualTo(Status.NEW);
        }
    }
}
