package io.integrationkit.outbox;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What an operator has paused, as one relay asks for it. */
record SimInspection(SimDatabase database, SimStore store) implements OutboxInspection {

    @Override
    public Set<String> paused() {
        return this.store.statement("paused", () -> Set.copyOf(this.database.paused()));
    }

    @Override
    public Map<String, OutboxBacklog> backlogs() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<OutboxStatus.Shard> shards() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<OutboxDiagnosis> database(Duration patience) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean addPause(String destination) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean removePause(String destination) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean endLease(int shard) {
        throw new UnsupportedOperationException();
    }
}
