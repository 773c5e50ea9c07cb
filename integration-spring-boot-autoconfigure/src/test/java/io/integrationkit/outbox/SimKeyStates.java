package io.integrationkit.outbox;

import io.integrationkit.failure.Failure;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** States of keys as one relay changes them: what needs the lease is fenced by it. */
record SimKeyStates(SimRun run, SimStore store) implements KeyStates {

    @Override
    public boolean park(StoredMessage head, ShardLease lease, Failure failure, Throwable cause) {
        return this.store.fenced(
                "park " + head.record().messageId(),
                lease,
                () -> this.run.database.keys().park(head, lease, failure, cause));
    }

    @Override
    public int parkBehind(List<StoredMessage> messages, ShardLease lease) {
        int[] moved = new int[1];
        this.store.fenced("park behind, " + messages.size(), lease, () -> {
            moved[0] = this.run.database.keys().parkBehind(messages, lease);
            return true;
        });
        return moved[0];
    }

    @Override
    public boolean block(StoredMessage head, ShardLease lease, Failure failure, Throwable cause) {
        return this.store.fenced("block " + head.record().messageId(), lease, () -> {
            this.run.oracle.blocks(head.record(), lease.epoch());
            this.run.operators.blocked(head.record());
            return this.run.database.keys().block(head, lease, failure, cause);
        });
    }

    @Override
    public void endRelease(String destination, String key) {
        this.store.statement("end of release", () -> {
            this.run.database.keys().endRelease(destination, key);
            return true;
        });
    }

    @Override
    public void endReleases() {
        this.store.statement("end of releases", () -> {
            this.run.database.keys().endReleases();
            return true;
        });
    }

    @Override
    public void replay(OutboxRecord record) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void discarded(String destination, String key, String messageId) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean unblock(String destination, String key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean discardHead(String destination, String key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean release(String destination, String key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<HeldKey> list(HeldKey.@Nullable Place after, int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Map<String, HeldKeyCount> counts() {
        throw new UnsupportedOperationException();
    }
}
