package io.integrationkit.outbox;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The leases and instances of the simulated database, by its clock. Each method is a transaction. */
final class SimLeaseTable {

    private final SimWorld world;

    private final long lease;

    private final List<Lease> leases = new ArrayList<>();

    private final Map<String, Instance> instances = new TreeMap<>();

    private final Set<Long> sessions = new TreeSet<>();

    private long lastSession;

    SimLeaseTable(SimWorld world, OutboxSpec spec) {
        this.world = world;
        this.lease = spec.lease().toNanos();
        for (int shard = 0; shard < spec.shards(); shard++) {
            this.leases.add(new Lease(shard));
        }
    }

    long beginSession() {
        this.sessions.add(++this.lastSession);
        return this.lastSession;
    }

    void endSession(long session) {
        this.sessions.remove(session);
    }

    boolean lasts(long session) {
        return this.sessions.contains(session);
    }

    void seen(String owner, long session) {
        this.instances.put(owner, new Instance(owner, session, this.world.now()));
    }

    List<Instance> others(String owner) {
        return this.instances.values().stream()
                .filter((instance) -> !instance.owner().equals(owner))
                .filter((instance) -> instance.seenAt() > this.world.now() - this.lease)
                .toList();
    }

    void forget(String owner, long session) {
        Instance instance = this.instances.get(owner);
        if (instance != null && instance.session() == session) {
            this.instances.remove(owner);
        }
    }

    /** What that owner holds, if the session is still the one it says it has. */
    List<ShardLease> held(String owner, long session) {
        Instance instance = this.instances.get(owner);
        return (instance != null && instance.session() == session) ? heldBy(owner) : List.of();
    }

    private List<ShardLease> heldBy(String owner) {
        return this.leases.stream()
                .filter((row) -> row.owner.equals(owner) && row.expiresAt > this.world.now())
                .map(Lease::lease)
                .toList();
    }

    List<ShardLease> renew(String owner) {
        List<ShardLease> held = heldBy(owner);
        held.forEach((row) -> this.leases.get(row.shard()).expiresAt = this.world.now() + this.lease);
        return held;
    }

    List<ShardLease> claimAnew(String owner) {
        return heldBy(owner).stream()
                .map((row) -> this.leases.get(row.shard()).claim(owner, this.world.now() + this.lease))
                .toList();
    }

    List<ShardLease> claim(String owner, int most) {
        return this.leases.stream()
                .filter((row) -> row.expiresAt <= this.world.now())
                .limit(most)
                .map((row) -> row.claim(owner, this.world.now() + this.lease))
                .toList();
    }

    /** Ends those leases; gracefully if their owner does it and nothing of them is open. */
    void end(Collection<ShardLease> ended, boolean gracefully) {
        for (ShardLease lease : ended) {
            if (holds(lease)) {
                Lease row = this.leases.get(lease.shard());
                row.expiresAt = this.world.now();
                row.graceful = gracefully;
            }
        }
    }

    void endAll(String owner, boolean gracefully) {
        end(heldBy(owner), gracefully);
        this.instances.remove(owner);
    }

    /** As an operator does it. */
    void force(int shard) {
        Lease row = this.leases.get(shard);
        if (row.expiresAt > this.world.now()) {
            row.expiresAt = this.world.now();
            row.forcedAt = this.world.now();
        }
    }

    boolean holds(ShardLease lease) {
        Lease row = this.leases.get(lease.shard());
        return row.owner.equals(lease.owner()) && row.epoch == lease.epoch() && row.expiresAt > this.world.now();
    }

    long epoch(int shard) {
        return this.leases.get(shard).epoch;
    }

    /** Whether the lease of a shard is that owner's for so long. */
    boolean belongs(int shard, String owner, long forNanos) {
        Lease row = this.leases.get(shard);
        return row.owner.equals(owner) && row.expiresAt - this.world.now() >= forNanos;
    }

    boolean forcedLately(int shard) {
        return this.world.now() - this.leases.get(shard).forcedAt <= this.lease;
    }

    /** Whether the shard always went from one owner to the next with nothing open, from one epoch to another. */
    boolean handedOver(int shard, long fromEpoch, long toEpoch) {
        for (long epoch = Math.min(fromEpoch, toEpoch); epoch < Math.max(fromEpoch, toEpoch); epoch++) {
            if (!this.leases.get(shard).ended.getOrDefault(epoch, false)) {
                return false;
            }
        }
        return true;
    }

    private static final class Lease {

        private final int shard;

        private final Map<Long, Boolean> ended = new HashMap<>();

        private String owner = "";

        private long epoch;

        private long expiresAt;

        private boolean graceful = true;

        private long forcedAt = Long.MIN_VALUE / 2;

        private Lease(int shard) {
            this.shard = shard;
        }

        private ShardLease lease() {
            return new ShardLease(this.shard, this.owner, this.epoch, 0);
        }

        private ShardLease claim(String claimant, long until) {
            this.ended.put(this.epoch++, this.graceful);
            this.graceful = false;
            this.owner = claimant;
            this.expiresAt = until;
            return lease();
        }
    }

    record Instance(String owner, long session, long seenAt) {}
}
