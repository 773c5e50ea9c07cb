package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.Trap;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** The contract on databases, and what only a database can meet. */
abstract class JdbcOutboxStoreContract extends OutboxStoreContract {

    private static final String PROGRESS = "outbox-progress";

    private final JdbcAccess access;

    JdbcOutboxStoreContract(JdbcAccess access) {
        this.access = access;
    }

    JdbcAccess access() {
        return this.access;
    }

    @Override
    DeadLetters deadLetters() {
        return Outboxes.deadLetters(this.access, () -> null);
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

    @Test
    @Trap(16)
    void rowWithUnreadableHeadersIsStillRead() {
        opened().append(List.of(Outboxes.record("1", "a")));
        this.access.jdbc().update("UPDATE integration_outbox SET headers = 'not json'");
        StoredMessage read = opened().read(Outboxes.everything(1), Set.of()).get(0);
        assertThat(read.unreadable()).isNotNull();
        assertThat(read.record().messageId()).isEqualTo("1");
    }

    @Test
    void tableKeepsTheNameItWasGivenFirstAndOneMadeAnewHasAnother() {
        String name = TableIncarnation.of(this.access, PROGRESS);
        assertThat(TableIncarnation.of(this.access, PROGRESS)).isEqualTo(name);
        forgetIncarnation();
        assertThat(TableIncarnation.of(this.access, PROGRESS)).isNotEqualTo(name);
    }

    @Test
    void instanceThatComesSecondTakesTheNameTheFirstOneGave() {
        TableIncarnation.of(this.access, PROGRESS);
        forgetIncarnation();
        List<String> first = new ArrayList<>();
        DataSource late = new DelegatingDataSource(this.access.dataSource()) {

            private int connections;

            @Override
            public Connection getConnection() throws SQLException {
                // One each to read the topic and the name, the third to write the name.
                if (++this.connections == 3) {
                    first.add(TableIncarnation.of(access(), PROGRESS));
                }
                return super.getConnection();
            }
        };
        JdbcAccess second = new JdbcAccess(late, new JdbcTransactionManager(late), this.access.database());
        assertThat(TableIncarnation.of(second, PROGRESS)).isEqualTo(first.get(0));
        assertThat(first).hasSize(1);
    }

    private void forgetIncarnation() {
        this.access.jdbc().update("DELETE FROM integration_outbox_meta WHERE name = 'incarnation'");
    }

    @Test
    void rowsAreDeletedForGoodAndTheMessagesOfOthersAreNamed() {
        OutboxStore store = opened();
        store.append(List.of(Outboxes.record("1", "a"), Outboxes.record("2", "a"), Outboxes.record("3", "a")));
        List<StoredMessage> read = store.read(Outboxes.everything(10), Set.of());
        int shard = read.get(0).row().shard();
        List<Long> ids = new ArrayList<>(
                read.stream().map((message) -> message.row().id()).toList());
        store.deleteForGood(List.of(read.get(1).row()));
        store.deleteForGood(List.of(read.get(1).row()));
        LongStream.range(10_000, 12_000).forEach(ids::add);
        assertThat(store.messageIds(shard, ids)).isEqualTo(Map.of(ids.get(0), "1", ids.get(2), "3"));
        assertThat(store.messageIds(shard + 1, ids)).isEmpty();
    }
}
