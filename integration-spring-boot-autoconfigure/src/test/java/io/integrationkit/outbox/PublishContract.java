package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.context.Correlation;
import io.integrationkit.context.Scope;
import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.ReplayedMessage;
import io.integrationkit.event.EventType;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.Trap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** When a message may be published and what becomes of it, on each database. */
@ExtendWith(OutputCaptureExtension.class)
abstract class PublishContract {

    private final JdbcAccess access;

    private final OutboxEngine engine;

    private final Outbox outbox;

    private final OutboxStore store;

    private final TransactionTemplate transaction;

    PublishContract(JdbcAccess access) {
        this.access = access;
        this.engine = engine(access);
        this.outbox = this.engine.outbox();
        this.store = Outboxes.store(access, Outboxes.spec(), () -> Outboxes.deadLetters(access, () -> null));
        this.transaction = new TransactionTemplate(access.transactionManager());
    }

    private static OutboxEngine engine(JdbcAccess access) {
        return engine(access, Outboxes.spec());
    }

    private static OutboxEngine engine(JdbcAccess access, OutboxSpec spec) {
        return OutboxEngine.durable(
                access,
                Outboxes.parts(
                        spec,
                        List.of(new RecordingDestination("orders")),
                        () -> Outboxes.deadLetters(access, () -> null),
                        TimeSource.system()));
    }

    @Test
    void messageIsOwedOnceItsTransactionCommits() {
        String id = published(() -> this.outbox.publish(new OrderPlaced("o-1", 3)));
        assertThat(this.outbox.durable()).isTrue();
        assertThat(owed()).singleElement().satisfies((record) -> {
            assertThat(record.messageId()).isEqualTo(id);
            assertThat(record.destination()).isEqualTo("orders");
            assertThat(record.key()).isEqualTo("o-1");
            assertThat(record.eventType()).isEqualTo("order.placed");
            assertThat(record.eventVersion()).isEqualTo(2);
            assertThat(record.payload()).asString().isEqualTo("{\"orderId\":\"o-1\",\"items\":3}");
            assertThat(record.headers())
                    .containsEntry("ce_id", id)
                    .containsEntry("ce_source", "shop")
                    .containsEntry("ce_type", "order.placed")
                    .containsEntry("ce_dataversion", "2")
                    .containsEntry("content-type", "application/json")
                    .containsKey("ce_time");
        });
        assertThat(this.engine.statistics().published()).isEqualTo(1);
    }

    @Test
    void nothingIsOwedWhenTheTransactionRollsBack() {
        this.transaction.executeWithoutResult((status) -> {
            this.outbox.publish(new OrderPlaced("o-1", 3));
            status.setRollbackOnly();
        });
        assertThat(owed()).isEmpty();
        assertThat(this.engine.statistics().published()).isZero();
    }

    @Test
    void destinationAndKeyCanBeGiven() {
        published(() -> this.outbox.publish("orders", null, new NoDestination("x")));
        assertThat(owed())
                .singleElement()
                .satisfies((record) -> assertThat(record.key()).isNull());
    }

    @Test
    void messageNeedsNoClassAndKeepsItsHeadersAndBytes() {
        byte[] json = "{\"zen\":\"Keep it simple\"}".getBytes();
        published(() -> this.outbox.publish(OutboxMessage.of("github.ping", "orders", json)
                .withVersion(4)
                .withKey("octo/größe")
                .withHeader("X-GitHub-Delivery", "d-1")));
        assertThat(owed()).singleElement().satisfies((record) -> {
            assertThat(record.payload()).isEqualTo(json);
            assertThat(record.key()).isEqualTo("octo/größe");
            assertThat(record.headers())
                    .containsEntry("X-GitHub-Delivery", "d-1")
                    .containsEntry("ce_type", "github.ping")
                    .containsEntry("ce_dataversion", "4");
        });
    }

    @Test
    void correlationIdTravels() {
        try (Scope scope = Correlation.open("c-17")) {
            published(() -> this.outbox.publish(new OrderPlaced("o-1", 3)));
        }
        assertThat(owed())
                .singleElement()
                .satisfies((record) -> assertThat(record.headers()).containsEntry(Correlation.HEADER, "c-17"));
    }

    @Test
    void oneInsertWritesAllMessagesOfATransactionInOrder() {
        this.transaction.executeWithoutResult((status) -> {
            for (int i = 0; i < 600; i++) {
                this.outbox.publish("orders", "k", new NoDestination("n" + i));
            }
            assertThat(count()).isZero();
        });
        assertThat(owed()).hasSize(600);
        assertThat(owed().get(599).payload()).asString().contains("n599");
    }

    @Test
    void withoutTransactionItIsRefused() {
        assertRefused(ProblemCode.OUTBOX_NO_TRANSACTION, () -> this.outbox.publish(new OrderPlaced("o-1", 3)));
    }

    @Test
    @Trap(11)
    void inAReadOnlyTransactionItIsRefused() {
        this.transaction.setReadOnly(true);
        this.transaction.executeWithoutResult((status) ->
                assertRefused(ProblemCode.OUTBOX_READ_ONLY, () -> this.outbox.publish(new OrderPlaced("o-1", 3))));
    }

    @Test
    @Trap(11)
    void underAnotherManagerItIsRefusedEvenIfTheThreadHasAConnection() {
        new TransactionTemplate(new ForeignManager()).executeWithoutResult((status) -> {
            assertRefused(ProblemCode.OUTBOX_FOREIGN_TRANSACTION, () -> this.outbox.publish(new OrderPlaced("o-1", 3)));
            new JdbcTemplate(this.access.dataSource()).queryForList("SELECT 1");
            assertThat(TransactionSynchronizationManager.hasResource(this.access.dataSource()))
                    .isTrue();
            assertRefused(ProblemCode.OUTBOX_FOREIGN_TRANSACTION, () -> this.outbox.publish(new OrderPlaced("o-1", 3)));
        });
    }

    @Test
    void afterCommitItIsRefusedWhetherOrNotSomethingWasPublishedBefore() {
        for (boolean before : new boolean[] {true, false}) {
            AtomicReference<ProblemCode> code = new AtomicReference<>();
            this.transaction.executeWithoutResult((status) -> {
                if (before) {
                    this.outbox.publish(new OrderPlaced("before", 3));
                }
                register(afterCommit(() -> code.set(refusal(() -> this.outbox.publish(new OrderPlaced("late", 3))))));
            });
            assertThat(code).hasValue(ProblemCode.OUTBOX_TRANSACTION_OVER);
        }
        assertThat(owed()).extracting(OutboxRecord::key).containsExactly("before");
    }

    @Test
    void afterCompletionItIsRefusedAlsoInATransactionThatOnlyJoins() {
        List<ProblemCode> codes = new ArrayList<>();
        this.transaction.executeWithoutResult((status) -> register(afterCompletion(() -> {
            codes.add(refusal(() -> this.outbox.publish(new OrderPlaced("late", 3))));
            new TransactionTemplate(this.access.transactionManager())
                    .executeWithoutResult(
                            (joined) -> codes.add(refusal(() -> this.outbox.publish(new OrderPlaced("later", 3)))));
        })));
        assertThat(codes).containsExactly(ProblemCode.OUTBOX_TRANSACTION_OVER, ProblemCode.OUTBOX_TRANSACTION_OVER);
        assertThat(owed()).isEmpty();
    }

    @Test
    void afterCommitANewTransactionMayPublish() {
        this.transaction.executeWithoutResult((status) -> register(afterCommit(() -> {
            requiresNew().executeWithoutResult((inner) -> this.outbox.publish(new OrderPlaced("new", 3)));
            assertRefused(ProblemCode.OUTBOX_TRANSACTION_OVER, () -> this.outbox.publish(new OrderPlaced("late", 3)));
        })));
        assertThat(owed()).extracting(OutboxRecord::key).containsExactly("new");
        published(() -> this.outbox.publish(new OrderPlaced("next", 3)));
        assertThat(count()).isEqualTo(2);
    }

    @Test
    @Trap(2)
    void beforeCommitItIsAcceptedWhateverTheOrderOfTheCallbacks() {
        for (boolean before : new boolean[] {true, false}) {
            this.transaction.executeWithoutResult((status) -> {
                if (before) {
                    this.outbox.publish(new OrderPlaced("first", 3));
                }
                register(beforeCommit(() -> this.outbox.publish(new OrderPlaced("in time", 3))));
                register(new TransactionSynchronization() {
                    @Override
                    public void beforeCompletion() {
                        PublishContract.this.outbox.publish(new OrderPlaced("just in time", 3));
                    }
                });
            });
        }
        assertThat(owed())
                .extracting(OutboxRecord::key)
                .containsExactlyInAnyOrder("first", "in time", "just in time", "in time", "just in time");
    }

    @Test
    void managerWithoutListenersIsServedByASynchronization(CapturedOutput output) {
        JdbcAccess plain = new JdbcAccess(
                this.access.dataSource(),
                new WithoutListeners(this.access.transactionManager()),
                this.access.database());
        Outbox other = engine(plain).outbox();
        TransactionTemplate template = new TransactionTemplate(plain.transactionManager());
        template.executeWithoutResult((status) -> {
            other.publish(new OrderPlaced("first", 3));
            register(beforeCommit(() -> other.publish(new OrderPlaced("after our flush", 3))));
            register(afterCommit(() -> assertRefused(
                    ProblemCode.OUTBOX_TRANSACTION_OVER, () -> other.publish(new OrderPlaced("late", 3)))));
        });
        assertThat(owed()).extracting(OutboxRecord::key).containsExactlyInAnyOrder("first", "after our flush");
        assertThat(output).doesNotContain("INT-306");
        template.executeWithoutResult(
                (status) -> register(beforeCommit(() -> other.publish(new OrderPlaced("never written", 3)))));
        assertThat(count()).isEqualTo(2);
        assertThat(output).contains("INT-306: 1 messages were published when their transaction ended and are lost");
    }

    @Test
    @Trap(11)
    void savepointTakesBackWhatWasPublishedAfterIt() {
        this.transaction.executeWithoutResult((status) -> {
            this.outbox.publish(new OrderPlaced("kept", 3));
            Object savepoint = status.createSavepoint();
            this.outbox.publish(new OrderPlaced("undone", 3));
            status.rollbackToSavepoint(savepoint);
            this.outbox.publish(new OrderPlaced("kept too", 3));
        });
        assertThat(owed()).extracting(OutboxRecord::key).containsExactlyInAnyOrder("kept", "kept too");
    }

    @Test
    void savepointOlderThanTheFirstMessageTakesAllBack() {
        this.transaction.executeWithoutResult((status) -> {
            Object savepoint = status.createSavepoint();
            this.outbox.publish(new OrderPlaced("undone", 3));
            status.rollbackToSavepoint(savepoint);
            this.outbox.publish(new OrderPlaced("kept", 3));
        });
        assertThat(owed()).extracting(OutboxRecord::key).containsExactly("kept");
    }

    @Test
    void nestedTransactionThatFailsTakesItsMessagesWithIt() {
        TransactionTemplate nested = new TransactionTemplate(this.access.transactionManager());
        nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
        this.transaction.executeWithoutResult((status) -> {
            this.outbox.publish(new OrderPlaced("outer", 3));
            nested.executeWithoutResult((inner) -> this.outbox.publish(new OrderPlaced("released", 3)));
            nested.executeWithoutResult((inner) -> {
                this.outbox.publish(new OrderPlaced("undone", 3));
                inner.setRollbackOnly();
            });
            assertThat(count()).isZero();
        });
        assertThat(owed()).extracting(OutboxRecord::key).containsExactlyInAnyOrder("outer", "released");
    }

    @Test
    @Trap(11)
    void newTransactionInsideHasABufferOfItsOwn() {
        this.transaction.executeWithoutResult((status) -> {
            this.outbox.publish(new OrderPlaced("outer", 3));
            requiresNew().executeWithoutResult((inner) -> this.outbox.publish(new OrderPlaced("inner", 3)));
            assertThat(owed()).extracting(OutboxRecord::key).containsExactly("inner");
            this.outbox.publish(new OrderPlaced("outer too", 3));
            status.setRollbackOnly();
        });
        assertThat(owed()).extracting(OutboxRecord::key).containsExactly("inner");
    }

    @Test
    void failedInsertRollsTheBusinessChangeBack() {
        this.access.jdbc().execute("CREATE TABLE business (id integer)");
        this.access.jdbc().execute("ALTER TABLE integration_outbox RENAME TO elsewhere");
        try {
            assertThatExceptionOfType(RuntimeException.class)
                    .isThrownBy(() -> this.transaction.executeWithoutResult((status) -> {
                        this.access.jdbc().update("INSERT INTO business VALUES (1)");
                        this.outbox.publish(new OrderPlaced("o-1", 3));
                    }));
        } finally {
            this.access.jdbc().execute("ALTER TABLE elsewhere RENAME TO integration_outbox");
        }
        assertThat(this.access.jdbc().queryForObject("SELECT count(*) FROM business", Long.class))
                .isZero();
        published(() -> this.outbox.publish(new OrderPlaced("o-2", 3)));
        assertThat(count()).isEqualTo(1);
    }

    @Test
    @Trap(2)
    void whoPublishesFirstAndCommitsLastComesLast() {
        this.transaction.executeWithoutResult((status) -> {
            this.outbox.publish(new OrderPlaced("o-1", 2));
            requiresNew().executeWithoutResult((inner) -> this.outbox.publish(new OrderPlaced("o-1", 1)));
        });
        assertThat(owed())
                .extracting((record) -> new String(record.payload()))
                .containsExactly("{\"orderId\":\"o-1\",\"items\":1}", "{\"orderId\":\"o-1\",\"items\":2}");
    }

    @Test
    @Trap(2)
    void persistenceContextIsFlushedBeforeTheMessagesAreWritten() {
        List<Long> owedAtFlush = new ArrayList<>();
        this.transaction.executeWithoutResult((status) -> {
            register(new TransactionSynchronization() {
                @Override
                public void flush() {
                    owedAtFlush.add(count());
                    PublishContract.this.outbox.publish(new OrderPlaced("by the flush", 3));
                }
            });
            this.outbox.publish(new OrderPlaced("o-1", 3));
        });
        assertThat(owedAtFlush).containsExactly(0L);
        assertThat(count()).isEqualTo(2);
    }

    @Test
    void tooLargeMessageFailsThePublisherNamingSizeAndLimit() {
        assertProblem(
                ProblemCode.MESSAGE_TOO_LARGE, () -> OutboxMessage.of("big", "orders", new byte[10_000]), "10000");
        assertProblem(
                ProblemCode.MESSAGE_TOO_LARGE,
                () -> OutboxMessage.of("big", "orders", new byte[8_000]).withHeader("x", "é".repeat(1_000)),
                "10000");
        published(() -> this.outbox.publish(OutboxMessage.of("fits", "orders", new byte[9_000])));
    }

    @Test
    void whatJacksonCannotWriteFailsThePublisher() {
        assertProblem(
                ProblemCode.MESSAGE_NOT_SERIALIZABLE, () -> OutboxMessage.of("odd", "orders", new Unwritable()), "odd");
    }

    @Test
    void keyTheDatabaseCannotHoldFailsThePublisher() {
        assertProblem(
                ProblemCode.MESSAGE_NOT_SERIALIZABLE,
                () -> OutboxMessage.of("odd", "orders", "x").withKey("a\u0000b"),
                "U+0000");
    }

    @Test
    void destinationNobodyAcceptsFailsThePublisher() {
        assertProblem(
                ProblemCode.DESTINATION_UNKNOWN, () -> OutboxMessage.of("x", "rabbit:orders", "x"), "rabbit:orders");
    }

    @Test
    void eventWithoutDestinationFailsThePublisher() {
        this.transaction.executeWithoutResult((status) ->
                assertRefused(ProblemCode.DESTINATION_UNKNOWN, () -> this.outbox.publish(new NoDestination("x"))));
    }

    @Test
    void refusedMessageLeavesTheTransactionAlive() {
        this.transaction.executeWithoutResult((status) -> {
            this.outbox.publish(new OrderPlaced("kept", 3));
            assertRefused(
                    ProblemCode.MESSAGE_TOO_LARGE,
                    () -> this.outbox.publish(OutboxMessage.of("big", "orders", new byte[10_000])));
        });
        assertThat(owed()).extracting(OutboxRecord::key).containsExactly("kept");
    }

    @Test
    void backlogAtItsLimitRefusesTransactionsAndLetsThoseGoOnThatWereLetIn() {
        Outbox limited = engine(this.access, Outboxes.spec(limit(2))).outbox();
        published(() -> limited.publish(new OrderPlaced("first", 3)));
        this.transaction.executeWithoutResult((status) -> {
            limited.publish(new OrderPlaced("second", 3));
            requiresNew().executeWithoutResult((other) -> this.outbox.publish(new OrderPlaced("of another", 3)));
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> refuses(limited));
            limited.publish(new OrderPlaced("third", 3));
        });
        assertThat(owed()).extracting(OutboxRecord::key).contains("first", "of another", "second", "third");
        this.access.jdbc().update("DELETE FROM integration_outbox");
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> !refuses(limited));
    }

    static PublishSpec limit(long maxMessages) {
        return new PublishSpec(
                PublishSpec.Ordering.BUSINESS_LOCK,
                new Backpressure(null, maxMessages, Backpressure.Action.REFUSE, Duration.ofSeconds(1), 1),
                4);
    }

    /** Whether a transaction of its own may not publish. */
    private boolean refuses(Outbox limited) {
        return Boolean.TRUE.equals(requiresNew().execute((status) -> {
            status.setRollbackOnly();
            try {
                limited.publish(new OrderPlaced("tried", 3));
                return false;
            } catch (ProblemException ex) {
                assertThat(ex.code()).isEqualTo(ProblemCode.OUTBOX_BACKLOG);
                return true;
            }
        }));
    }

    @Test
    void replayedMessageKeepsItsIdAndSharesTheTransaction() {
        ReplayedMessage message = new ReplayedMessage(
                "orders", "k", "m-1", "order.placed", 2, "application/json", Map.of("ce_id", "m-1"), "{}".getBytes());
        this.transaction.executeWithoutResult((status) -> {
            this.engine.replayer().replay(message);
            status.setRollbackOnly();
        });
        assertThat(owed()).isEmpty();
        assertThat(this.engine.statistics().published()).isZero();
        this.transaction.executeWithoutResult((status) -> this.engine.replayer().replay(message));
        assertThat(owed()).singleElement().satisfies((record) -> {
            assertThat(record.messageId()).isEqualTo("m-1");
            assertThat(record.headers()).containsExactlyEntriesOf(Map.of("ce_id", "m-1"));
        });
        assertThat(this.engine.statistics().published()).isEqualTo(1);
    }

    JdbcAccess access() {
        return this.access;
    }

    Outbox outbox() {
        return this.outbox;
    }

    TransactionTemplate transaction() {
        return this.transaction;
    }

    List<OutboxRecord> owed() {
        return this.store.read(Outboxes.everything(1000), Set.of()).stream()
                .map(StoredMessage::record)
                .toList();
    }

    private long count() {
        return requiresNewRead();
    }

    private long requiresNewRead() {
        Long count = requiresNew()
                .execute((status) ->
                        this.access.jdbc().queryForObject("SELECT count(*) FROM integration_outbox", Long.class));
        return (count != null) ? count : -1;
    }

    private String published(java.util.function.Supplier<String> publish) {
        return String.valueOf(this.transaction.<String>execute((status) -> publish.get()));
    }

    private TransactionTemplate requiresNew() {
        TransactionTemplate template = new TransactionTemplate(this.access.transactionManager());
        template.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        return template;
    }

    private void assertProblem(ProblemCode code, java.util.function.Supplier<OutboxMessage> message, String mentioned) {
        this.transaction.executeWithoutResult((status) -> assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> this.outbox.publish(message.get()))
                .withMessageContaining(mentioned)
                .satisfies((ex) -> {
                    assertThat(ex.code()).isEqualTo(code);
                    assertThat(ex.category()).isEqualTo(FailureCategory.VALIDATION);
                }));
        assertThat(owed()).isEmpty();
    }

    private static void assertRefused(ProblemCode code, Runnable action) {
        assertThat(refusal(action)).isEqualTo(code);
    }

    private static ProblemCode refusal(Runnable action) {
        try {
            action.run();
        } catch (ProblemException ex) {
            return ex.code();
        }
        throw new AssertionError("nothing was refused");
    }

    private static void register(TransactionSynchronization synchronization) {
        TransactionSynchronizationManager.registerSynchronization(synchronization);
    }

    private static TransactionSynchronization beforeCommit(Runnable action) {
        return new TransactionSynchronization() {
            @Override
            public void beforeCommit(boolean readOnly) {
                action.run();
            }
        };
    }

    private static TransactionSynchronization afterCommit(Runnable action) {
        return new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                action.run();
            }
        };
    }

    private static TransactionSynchronization afterCompletion(Runnable action) {
        return new TransactionSynchronization() {
            @Override
            public void afterCompletion(int status) {
                action.run();
            }
        };
    }

    @EventType(value = "order.placed", version = 2, destination = "orders", key = "orderId")
    record OrderPlaced(String orderId, int items) {}

    @EventType("plain")
    record NoDestination(String text) {}

    static final class Unwritable {

        public String getText() {
            throw new IllegalStateException("cannot be read");
        }
    }

    /** A manager of something else. */
    static final class ForeignManager extends AbstractPlatformTransactionManager {

        private static final long serialVersionUID = 1L;

        @Override
        protected Object doGetTransaction() {
            return new Object();
        }

        @Override
        protected void doBegin(Object transaction, TransactionDefinition definition) {}

        @Override
        protected void doCommit(DefaultTransactionStatus status) {}

        @Override
        protected void doRollback(DefaultTransactionStatus status) {}
    }

    /** A manager that takes no listeners. */
    private record WithoutListeners(PlatformTransactionManager manager) implements PlatformTransactionManager {

        @Override
        public TransactionStatus getTransaction(@org.jspecify.annotations.Nullable TransactionDefinition definition) {
            return this.manager.getTransaction(definition);
        }

        @Override
        public void commit(TransactionStatus status) {
            this.manager.commit(status);
        }

        @Override
        public void rollback(TransactionStatus status) {
            this.manager.rollback(status);
        }
    }
}
