package io.integrationkit.outbox;

import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads counters, leases and store. */
record RelayStatistics(RelayCounters counters, ShardLeases leases, OutboxStore store, OutboxInspection inspection)
        implements OutboxStatistics {

    @Override
    public long published() {
        return this.counters.published.sum();
    }

    @Override
    public long sent() {
        return this.counters.sent.sum();
    }

    @Override
    public long failed() {
        return this.counters.failed.sum();
    }

    @Override
    public long deadLettered() {
        return this.counters.deadLettered.sum();
    }

    @Override
    public long parked() {
        return this.counters.parked.sum();
    }

    @Override
    public long overtaken() {
        return this.counters.overtaken.sum();
    }

    @Override
    public DestinationStatistics destination(String name) {
        return this.counters.statistics(name);
    }

    @Override
    public void onDestination(Consumer<String> listener) {
        this.counters.onDestination(listener);
    }

    @Override
    public Set<Integer> ownedShards() {
        return this.leases.held().keySet();
    }

    @Override
    public Map<String, String> unavailableDestinations() {
        return Map.copyOf(this.counters.unavailable);
    }

    @Override
    public @Nullable String lastError() {
        return this.counters.lastError();
    }

    @Override
    public OutboxBacklog backlog() {
        return this.store.backlog();
    }

    @Override
    public Map<String, OutboxBacklog> backlogs() {
        return this.inspection.backlogs();
    }
}
