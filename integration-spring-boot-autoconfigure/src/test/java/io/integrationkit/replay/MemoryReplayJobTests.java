package io.integrationkit.replay;

import io.integrationkit.deadletter.DeadLetterStores;
import io.integrationkit.deadletter.DeadLetters;
import java.time.Duration;
import java.util.List;

class MemoryReplayJobTests extends ReplayJobContract {

    @Override
    DeadLetters newDeadLetters(DeadLetterStores stores) {
        return stores.inMemory();
    }

    @Override
    ReplayJobStore newStore() {
        return new MemoryReplayJobStore(this.time);
    }

    @Override
    void send(String messageId) {}

    @Override
    List<String> sentForGood() {
        return List.copyOf(this.sent);
    }

    @Override
    void expireJob(String id) {
        this.time.advance(LEASE.plus(Duration.ofNanos(1)));
    }

    @Override
    void expireEntry(String id) {
        this.time.advance(REPLAY_LEASE.plus(Duration.ofNanos(1)));
    }
}
