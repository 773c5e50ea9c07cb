package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.outbox.RelayEvents.SendEnded;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RelayEventsTests {

    private static final long LONG = Duration.ofHours(1).toNanos();

    private final RelayEvents events = new RelayEvents();

    private final BlockingQueue<Integer> seen = new LinkedBlockingQueue<>();

    @Test
    void waitIsOverWithTheFirstEndWhereNoMoreAreWaitedFor() throws InterruptedException {
        this.events.ended(ended(1));
        assertThat(id(this.events.await(LONG, 1))).isEqualTo(1);
        assertThat(this.events.poll()).isNull();
    }

    @Test
    void waitForMoreEndsThoughTheyDoNotCome() throws InterruptedException {
        this.events.ended(ended(1));
        assertThat(id(this.events.await(LONG, 100))).isEqualTo(1);
    }

    @Test
    void wakeUpEndsTheWaitForMore() throws InterruptedException {
        this.events.ended(ended(1));
        this.events.wake();
        assertThat(id(this.events.await(LONG, Integer.MAX_VALUE))).isEqualTo(1);
        assertThat(this.events.takeWake()).isTrue();
    }

    /** Whatever the threads do when, each end is handed over once, and in its order. */
    @Test
    void eachEndIsHandedOverOnceInOrderHoweverManyAreWaitedFor() throws InterruptedException {
        int count = 20_000;
        Thread relay = new Thread(() -> {
            try {
                int several = 1;
                while (this.seen.size() < count) {
                    for (SendEnded next = this.events.await(LONG, several); next != null; next = this.events.poll()) {
                        this.seen.add(id(next));
                    }
                    several = 1 + several % 64;
                }
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
        });
        relay.start();
        for (int i = 0; i < count; i++) {
            this.events.ended(ended(i));
        }
        relay.join(TimeUnit.SECONDS.toMillis(30));
        assertThat(List.copyOf(this.seen)).hasSize(count).isSorted().doesNotHaveDuplicates();
    }

    private static SendEnded ended(int id) {
        OutboxRecord record = new OutboxRecord("m" + id, "orders", "a", null, 1, null, Map.of(), new byte[0]);
        StoredMessage message = new StoredMessage(new StoredMessage.Row(0, id), record, null);
        ShardRound round = new ShardRound(new ShardLease(0, "me", 1, Long.MAX_VALUE), Set.of());
        return new SendEnded(new Lane(round, message), message, 0, null, null);
    }

    private static int id(@Nullable SendEnded ended) {
        return (int) Objects.requireNonNull(ended).message().row().id();
    }
}
