package io.integrationkit.outbox;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The leases of one simulated instance: the protocol of {@link JdbcShardLeases} on the simulated database, with fair
 * share, yielding and sessions. Each statement takes time and may fail, and the session may end between any two.
 */
final class SimLeases implements ShardLeases {

    private final SimRun run;

    private final SimRelay relay;

    private final SimLeaseTable table;

    private final OutboxSpec spec;

    private final Map<Integer, ShardLease> leases = new TreeMap<>();

    private final YieldedShards yielded = new YieldedShards();

    private Map<Integer, ShardLease> held = Collections.emptyMap();

    private Map<Integer, ShardLease> looked = Map.of();

    private Map<String, Missed> missed = Map.of();

    private @Nullable Long session;

    private long proved;

    private boolean lost;

    private @Nullable Long nextRenewal;

    SimLeases(SimRun run, SimRelay relay) {
        this.run = run;
        this.relay = relay;
        this.table = run.database.leases();
        this.spec = run.spec;
    }

    @Nullable
    Long session() {
        return this.session;
    }

    private <T> T statement(Supplier<T> effect) {
        this.relay.keeperPoint();
        if (this.run.nemesis.databaseFails() || (this.session != null && !this.table.lasts(this.session))) {
            throw new SimDatabaseFault("leases");
        }
        T answer = effect.get();
        this.relay.keeperPoint();
        if (this.run.nemesis.databaseFails()) {
            throw new SimDatabaseFault("leases, after");
        }
        return answer;
    }

    @Override
    public void prepare() {}

    @Override
    public Duration interval() {
        return this.spec.sendWindow().dividedBy(3);
    }

    @Override
    public Duration watchInterval() {
        return this.spec.sessionGrace().dividedBy(4);
    }

    @Override
    public void renew() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void watch() {
        try {
            prove();
            Long next = this.nextRenewal;
            if (next == null || next - this.relay.clock() <= 0) {
                prolong();
            }
            publish();
            balance();
        } catch (SimDatabaseFault ex) {
            if (this.session != null && !this.table.lasts(this.session)) {
                dropAll();
            }
        }
    }

    private void prove() {
        long asked = this.relay.clock();
        this.session = statement(() -> (this.session == null) ? Long.valueOf(this.table.beginSession()) : this.session);
        this.proved = asked;
    }

    private void dropAll() {
        this.run.world.note(() -> this.relay + " lost its session");
        this.session = null;
        this.missed = Map.of();
        this.lost = true;
        this.nextRenewal = null;
        this.held = Collections.emptyMap();
        this.leases.clear();
        this.yielded.retain(Set.of());
    }

    private void prolong() {
        long asked = this.relay.clock();
        long current = (this.session != null) ? this.session : 0;
        statement(() -> {
            this.table.seen(this.relay.owner(), current);
            return true;
        });
        List<ShardLease> mine = statement(
                () -> this.lost ? this.table.claimAnew(this.relay.owner()) : this.table.renew(this.relay.owner()));
        this.lost = false;
        this.leases.clear();
        add(mine, asked);
        this.yielded.retain(this.leases.keySet());
        publish();
        this.nextRenewal = asked + interval().toNanos();
    }

    private void add(Collection<ShardLease> claims, long asked) {
        long sendUntil = asked + this.spec.sendWindow().toNanos();
        claims.forEach((claim) -> this.leases.put(
                claim.shard(), new ShardLease(claim.shard(), this.relay.owner(), claim.epoch(), sendUntil)));
    }

    private void publish() {
        publishWithout(this.yielded.yielding());
    }

    private void publishWithout(Collection<Integer> leaving) {
        Map<Integer, ShardLease> sending = new TreeMap<>(this.leases);
        sending.keySet().removeAll(leaving);
        long byProof = this.proved + this.spec.sessionGrace().dividedBy(2).toNanos();
        sending.replaceAll(
                (shard, lease) -> new ShardLease(shard, lease.owner(), lease.epoch(), sendUntil(lease, byProof)));
        if (!sending.keySet().equals(this.held.keySet())) {
            this.run.world.note(() -> this.relay + " sends for " + sending.values());
            this.relay.wake();
        }
        this.held = Collections.unmodifiableMap(sending);
    }

    private long sendUntil(ShardLease lease, long byProof) {
        if (this.run.lacks(SimSafeguard.END_OF_LEASE)) {
            return this.relay.clock() + Duration.ofHours(1).toNanos();
        }
        return (byProof - lease.sendUntil() < 0) ? byProof : lease.sendUntil();
    }

    private void balance() {
        int instances = look() + 1;
        int share = (this.spec.shards() + instances - 1) / instances;
        giveBack();
        if (this.leases.size() < share) {
            long asked = this.relay.clock();
            add(statement(() -> this.table.claim(this.relay.owner(), share - this.leases.size())), asked);
            publish();
        } else {
            yieldBeyond(share);
        }
    }

    private int look() {
        List<SimLeaseTable.Instance> others = statement(() -> this.table.others(this.relay.owner()));
        Map<String, Missed> missing = new HashMap<>();
        long asked = this.relay.clock();
        Set<Long> alive = statement(() -> {
            Set<Long> sessions = new TreeSet<>();
            others.stream()
                    .map(SimLeaseTable.Instance::session)
                    .filter(this.table::lasts)
                    .forEach(sessions::add);
            return sessions;
        });
        long answered = this.relay.clock();
        int dead = 0;
        for (SimLeaseTable.Instance other : others) {
            if (!alive.contains(other.session())) {
                Missed before = this.missed.get(other.owner());
                Missed since = (before != null && before.session() == other.session())
                        ? before
                        : new Missed(other.session(), answered);
                if (asked - since.firstSeen() >= this.spec.sessionGrace().toNanos()) {
                    end(other);
                    dead++;
                } else {
                    missing.put(other.owner(), since);
                }
            }
        }
        this.missed = missing;
        return others.size() - dead;
    }

    private void end(SimLeaseTable.Instance other) {
        List<ShardLease> claims = statement(() -> this.table.held(other.owner(), other.session()));
        statement(() -> {
            this.run.world.note(() -> this.relay + " ends the leases of " + other.owner());
            this.table.end(claims, false);
            return true;
        });
        statement(() -> {
            this.table.forget(other.owner(), other.session());
            return true;
        });
    }

    private void giveBack() {
        List<ShardLease> ended =
                this.yielded.ended().stream().map(this.leases::get).toList();
        if (!ended.isEmpty()) {
            statement(() -> {
                this.run.world.note(() -> this.relay + " gives back " + ended);
                this.table.end(ended, true);
                return true;
            });
            ended.forEach((lease) -> this.leases.remove(lease.shard()));
            this.yielded.retain(this.leases.keySet());
        }
    }

    private void yieldBeyond(int share) {
        Set<Integer> leaving = new TreeSet<>(this.held.keySet());
        leaving.removeAll(leaving.stream().limit(share).toList());
        if (!leaving.isEmpty()) {
            leaving.addAll(this.yielded.yielding());
            publishWithout(leaving);
            this.yielded.begin(leaving);
        }
    }

    /** The relay may be stopped before it looks at what it gets here. */
    @Override
    public Map<Integer, ShardLease> held() {
        Map<Integer, ShardLease> current = this.held;
        this.relay.moment();
        this.looked = current;
        return current;
    }

    /** Under which epoch it sends now: that of the lease it looked at last, though it may have lost it and got it back. */
    @Nullable
    Long epochOf(int shard) {
        ShardLease lease = this.looked.get(shard);
        return (lease != null) ? lease.epoch() : null;
    }

    @Override
    public Set<Integer> yielding() {
        return this.yielded.yielding();
    }

    @Override
    public void yielded(int shard) {
        this.yielded.ended(shard);
    }

    @Override
    public void release() {
        release(true);
    }

    void release(boolean nothingOpen) {
        this.held = Collections.emptyMap();
        this.table.endAll(this.relay.owner(), nothingOpen);
        if (this.session != null) {
            this.table.endSession(this.session);
        }
    }

    private record Missed(long session, long firstSeen) {}
}
