package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.MessageReplayer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

class MemoryKeyStatesTests extends KeyStatesContract {

    @Override
    DeadLetters deadLetters(Supplier<@Nullable MessageReplayer> replayer) {
        return Outboxes.deadLetters(null, replayer);
    }

    @Override
    OutboxStore store(Supplier<DeadLetters> usedDeadLetters) {
        return new MemoryOutboxStore(Outboxes.spec(), TimeSource.system(), usedDeadLetters);
    }

    @Override
    ShardLeases leases() {
        return new MemoryShardLeases(Outboxes.spec(), TimeSource.system(), "me");
    }

    @Override
    boolean loseLeases() {
        return false;
    }
}
