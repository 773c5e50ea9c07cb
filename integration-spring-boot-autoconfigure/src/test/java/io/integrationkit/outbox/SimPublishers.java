package io.integrationkit.outbox;

import io.integrationkit.outbox.SimMessage.Fate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Transactions that change something and publish. Several are open at once; they draw ids when they insert and commit or
 * roll back later, some much later. A lock of the business keeps those of one key apart.
 */
final class SimPublishers {

    /** Three of them are what one read fetches. */
    private static final byte[] HUGE = new byte[6 * 1024 * 1024];

    private final SimRun run;

    private final List<String> keys;

    private final boolean huge;

    private final double poison;

    private final Map<String, Integer> versions = new HashMap<>();

    private final Set<String> locked = new HashSet<>();

    private int transactions;

    private int published;

    private int open;

    SimPublishers(SimRun run) {
        this.run = run;
        this.keys = List.of("a", "b", "c", "d", "e", "f", "g").subList(0, run.world.number(1, 7));
        this.huge = run.world.chance(0.1);
        this.poison = run.world.chance(0.5) ? 0.03 : 0;
    }

    boolean idle() {
        return this.open == 0;
    }

    int published() {
        return this.published;
    }

    void start() {
        this.run.world.in(this.run.world.millis(0, 100), this::next);
    }

    private void next() {
        if (this.run.world.faults()) {
            begin();
            this.run.world.in(this.run.world.millis(1, this.run.pace), this::next);
        }
    }

    private void begin() {
        boolean burst = this.run.world.chance(0.05);
        int size = burst ? this.run.world.number(10, 40) : this.run.world.number(1, 4);
        boolean oneLane = this.run.world.chance(0.3);
        String destination = this.run.world.any(SimBroker.NAMES);
        String key = key();
        Transaction transaction = new Transaction("tx" + ++this.transactions);
        for (int i = 0; i < size; i++) {
            transaction.add(oneLane ? destination : this.run.world.any(SimBroker.NAMES), oneLane ? key : key());
        }
        transaction.insert();
        this.open++;
        if (this.run.world.chance(0.15)) {
            this.run.world.in(this.run.world.millis(0, 20), () -> transaction.insertMore(destination, key));
        } else {
            transaction.endLater();
        }
    }

    private @Nullable String key() {
        return this.run.world.chance(0.15) ? null : this.run.world.any(this.keys);
    }

    /** A message nobody knows to be coming: its id is drawn, and no transaction is seen to write. */
    void restore() {
        SimMessage message = message(this.run.world.any(SimBroker.NAMES), null, 0);
        List<StoredMessage.Row> rows = this.run.database.insertUnseen(List.of(message.record));
        this.run.world.note(() -> "somebody unseen wrote " + message + " " + rows);
        this.open++;
        this.run.world.in(this.run.world.millis(300, 4000), () -> {
            this.run.world.note(() -> "somebody unseen committed " + message);
            message.fate = Fate.COMMITTED;
            this.run.database.commit("", rows);
            this.open--;
        });
    }

    private SimMessage message(String destination, @Nullable String key, int version) {
        String id = "m" + ++this.published;
        byte[] payload = (this.huge && this.run.world.chance(0.3)) ? HUGE : new byte[1];
        SimMessage message = new SimMessage(
                new OutboxRecord(id, destination, key, "changed", 1, OutboxMessage.JSON, Map.of(), payload), version);
        message.poison = this.run.world.fault(this.poison);
        message.unreadable = this.run.world.fault(this.poison / 3);
        this.run.oracle.add(message);
        return message;
    }

    private final class Transaction {

        private final String name;

        private final List<SimMessage> buffered = new ArrayList<>();

        private final List<SimMessage> messages = new ArrayList<>();

        private final List<StoredMessage.Row> rows = new ArrayList<>();

        private final Set<String> mine = new HashSet<>();

        private Transaction(String name) {
            this.name = name;
        }

        /** Leaves out what another transaction has locked. */
        private void add(String destination, @Nullable String key) {
            int version = 0;
            if (key != null) {
                String lane = destination + "/" + key;
                if (!this.mine.contains(lane) && !SimPublishers.this.locked.add(lane)) {
                    return;
                }
                this.mine.add(lane);
                version = SimPublishers.this.versions.merge(lane, 1, Integer::sum);
            }
            this.buffered.add(message(destination, key, version));
        }

        private void insert() {
            if (!this.buffered.isEmpty()) {
                List<StoredMessage.Row> inserted = SimPublishers.this.run.database.insert(
                        this.name,
                        this.buffered.stream().map((message) -> message.record).toList());
                SimPublishers.this.run.world.note(() -> this.name + " inserts " + this.buffered + " as " + inserted);
                this.rows.addAll(inserted);
                this.messages.addAll(this.buffered);
                this.buffered.clear();
            }
        }

        private void insertMore(String destination, @Nullable String key) {
            add(destination, key);
            insert();
            endLater();
        }

        private void endLater() {
            SimWorld world = SimPublishers.this.run.world;
            double pace = world.chance(0.97) ? world.number(0, 99) / 100.0 : 1;
            long delay = (pace < 0.85)
                    ? world.millis(0, 20)
                    : (pace < 1) ? world.millis(20, 1000) : world.millis(1000, 6000);
            world.in(delay, world.chance(0.85) ? this::commit : this::rollBack);
        }

        private void commit() {
            SimPublishers.this.run.world.note(() -> this.name + " commits");
            this.messages.forEach((message) -> message.fate = Fate.COMMITTED);
            SimPublishers.this.run.database.commit(this.name, this.rows);
            over();
            SimPublishers.this.run.wakeSome();
        }

        private void rollBack() {
            SimPublishers.this.run.world.note(() -> this.name + " rolls back");
            this.messages.forEach((message) -> message.fate = Fate.ROLLED_BACK);
            SimPublishers.this.run.database.rollBack(this.name, this.rows);
            over();
        }

        private void over() {
            SimPublishers.this.locked.removeAll(this.mine);
            SimPublishers.this.open--;
        }
    }
}
