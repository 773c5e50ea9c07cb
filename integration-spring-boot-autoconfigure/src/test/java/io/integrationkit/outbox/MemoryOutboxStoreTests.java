package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class MemoryOutboxStoreTests extends OutboxStoreContract {

    @Override
    DeadLetters deadLetters() {
        return Outboxes.deadLetters(null, () -> null);
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

    @Test
    void isBoundedAndHasRoomAgainForWhatWasDeleted() {
        MemoryOutboxStore store = new MemoryOutboxStore(Outboxes.spec(), TimeSource.system(), this::deadLetters);
        for (int i = 0; i < Outboxes.spec().memoryCapacity(); i++) {
            store.reserve();
        }
        store.append(List.of(Outboxes.record("1", "a")));
        assertThatExceptionOfType(RejectedException.class)
                .isThrownBy(store::reserve)
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.STORE_FULL))
                .withMessageContaining("integration.outbox.memory-capacity");
        store.delete(List.of(store.read(Outboxes.everything(1), Set.of()).get(0).row()));
        store.reserve();
    }
}
