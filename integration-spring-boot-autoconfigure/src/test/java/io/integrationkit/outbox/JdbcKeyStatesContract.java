package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.MessageReplayer;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.Trap;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.DefaultTransactionStatus;

/** The contract on databases, and what only a database can meet. */
abstract class JdbcKeyStatesContract extends KeyStatesContract {

    private final JdbcAccess access;

    JdbcKeyStatesContract(JdbcAccess access) {
        this.access = access;
    }

    JdbcAccess access() {
        return this.access;
    }

    @Override
    DeadLetters deadLetters(Supplier<@Nullable MessageReplayer> replayer) {
        return Outboxes.deadLetters(this.access, replayer);
    }

    @Override
    OutboxStore store(Supplier<DeadLetters> usedDeadLetters) {
        return Outboxes.store(this.access, Outboxes.spec(), usedDeadLetters);
    }

    @Override
    ShardLeases leases() {
        return new JdbcShardLeases(this.access, Outboxes.spec(), TimeSource.system(), "me", new Random());
    }

    @Override
    boolean loseLeases() {
        return this.access.jdbc().update("UPDATE integration_outbox_lease SET owner = 'other', epoch = epoch + 1")
                == Outboxes.SHARDS;
    }

    /** Another owner, the same one with a later claim, and a lease that has ended: each alone is enough. */
    @ParameterizedTest
    @ValueSource(strings = {"owner = 'other'", "epoch = epoch + 1", "expires_at = '2020-01-01 00:00:00'"})
    @Trap(3)
    void nothingIsMovedUnderALeaseThatIsNotHeldAnyMore(String change) {
        append("a1", "a2", "b1");
        park("a1");
        List<StoredMessage> behind = read("a");
        StoredMessage other = message("b1");
        Failure refused = Failure.of(FailureCategory.PERMANENT);
        IllegalStateException cause = new IllegalStateException("refused");
        assertThat(this.access.jdbc().update("UPDATE integration_outbox_lease SET " + change))
                .isEqualTo(Outboxes.SHARDS);
        assertThat(keys().parkBehind(behind, lease("a"))).isZero();
        assertThat(keys().park(other, lease("b"), refused, cause)).isFalse();
        assertThat(keys().block(other, lease("b"), refused, cause)).isFalse();
        assertThat(opened().moveToDeadLetters(other, lease("b"), refused, cause))
                .isFalse();
        assertThat(owed()).containsExactlyInAnyOrder("a2", "b1");
        assertThat(deadLetterIds()).containsExactly("a1");
        assertThat(keys().count()).isEqualTo(new HeldKeyCount(1, 0));
    }

    /** What a process that dies before the commit leaves behind. */
    @Test
    @Trap(4)
    void moveThatIsNotCommittedLeavesEverythingAsItWas() {
        append("a1", "a2", "b1");
        CommitFails manager = new CommitFails(this.access.dataSource());
        JdbcAccess dying = new JdbcAccess(this.access.dataSource(), manager, this.access.database());
        DeadLetters letters = Outboxes.deadLetters(dying, () -> null);
        OutboxStore store = Outboxes.store(dying, Outboxes.spec(), () -> letters);
        Failure refused = Failure.of(FailureCategory.PERMANENT);
        IllegalStateException cause = new IllegalStateException("refused");
        assertDies(() -> store.keys().park(message("a1"), lease("a"), refused, cause));
        assertDies(() -> store.moveToDeadLetters(message("a1"), lease("a"), refused, cause));
        assertDies(() -> store.keys().block(message("b1"), lease("b"), refused, cause));
        assertThat(owed()).containsExactlyInAnyOrder("a1", "a2", "b1");
        assertThat(deadLetterIds()).isEmpty();
        assertThat(keys().count()).isEqualTo(new HeldKeyCount(0, 0));
        park("a1");
        block("b1");
        assertDies(() -> store.keys().parkBehind(read("a"), lease("a")));
        assertDies(() -> store.keys().discardHead("orders", "b"));
        assertDies(() -> store.keys().release("orders", "a"));
        assertThat(read("a")).singleElement().matches(StoredMessage::parked);
        assertThat(deadLetterIds()).containsExactly("a1");
        assertThat(keys().count()).isEqualTo(new HeldKeyCount(1, 1));
        assertThat(manager.commits).isEqualTo(6);
    }

    private static void assertDies(Runnable move) {
        assertThatExceptionOfType(TransactionSystemException.class).isThrownBy(move::run);
    }

    /** Rolls back instead of committing, as the database does when the connection is lost. */
    @SuppressWarnings("serial")
    private static final class CommitFails extends JdbcTransactionManager {

        private int commits;

        CommitFails(DataSource dataSource) {
            super(dataSource);
        }

        @Override
        protected void doCommit(DefaultTransactionStatus status) {
            this.commits++;
            doRollback(status);
            throw new TransactionSystemException("connection lost");
        }
    }
}
