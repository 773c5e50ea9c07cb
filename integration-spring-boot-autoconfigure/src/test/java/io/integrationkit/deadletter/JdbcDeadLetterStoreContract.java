package io.integrationkit.deadletter;

import static io.integrationkit.deadletter.GivenUpCallsOfTests.call;
import static io.integrationkit.deadletter.GivenUpCallsOfTests.message;
import static io.integrationkit.deadletter.GivenUpCallsOfTests.operationWithResult;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.call.PayloadCodec;
import io.integrationkit.deadletter.DeadLetter.Status;
import io.integrationkit.deadletter.ReplayResult.Outcome;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
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
abstract class JdbcDeadLetterStoreContract extends SelectionContract {

    private TransactionTemplate transaction;

    private TransactionTemplate readOnly;

    private JdbcTemplate jdbc;

    private JdbcAccess access;

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
        this.jdbc.update("delete from integration_dead_letter_history");
        this.jdbc.update("delete from integration_dead_letter");
        super.createDeadLetters();
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
}
