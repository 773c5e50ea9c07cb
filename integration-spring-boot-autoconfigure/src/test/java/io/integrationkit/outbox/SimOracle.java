package io.integrationkit.outbox;

import io.integrationkit.outbox.SimMessage.Fate;
import io.integrationkit.outbox.SimMessage.Told;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What must hold, whatever happens. It looks at the broker, the dead letters and the clock, never into the relay. */
final class SimOracle {

    private final SimRun run;

    private final Map<String, SimMessage> messages = new LinkedHashMap<>();

    private final Map<String, SimMessage> latest = new HashMap<>();

    private int repetitions;

    SimOracle(SimRun run) {
        this.run = run;
    }

    void add(SimMessage message) {
        this.messages.put(message.record.messageId(), message);
    }

    SimMessage message(String id) {
        return Objects.requireNonNull(this.messages.get(id));
    }

    Collection<SimMessage> messages() {
        return this.messages.values();
    }

    int repetitions() {
        return this.repetitions;
    }

    StoredMessage asRead(StoredMessage stored) {
        SimMessage message = message(stored.record().messageId());
        if (!message.unreadable) {
            return stored;
        }
        message.refused = true;
        return new StoredMessage(
                stored.row(),
                stored.record(),
                new IllegalStateException("unreadable"),
                stored.replayOf(),
                stored.key());
    }

    void deleting(String id, boolean uncertain) {
        SimMessage message = this.messages.get(id);
        if (message != null) {
            message.deleteFailed = uncertain;
        }
    }

    /**
     * No send begins but under a lease that lasts until it has ended. Excused: a process that was stopped after it had
     * looked, a lease that an operator ended, and, as to the end of the send, a session that was lost.
     */
    void sendBegins(SimMessage message, SimMessage.Send send, int shard) {
        message.sends.add(send);
        SimLeaseTable leases = this.run.database.leases();
        if (send.relay.late() || leases.forcedLately(shard)) {
            return;
        }
        long until = send.relay.hasSession() ? this.run.spec.deliveryTimeout().toNanos() : 1;
        if (!leases.belongs(shard, send.relay.owner(), until)) {
            throw violated(message, send.relay + " begins to send without the lease it needs");
        }
    }

    void appeared(SimMessage message, SimMessage.Send send) {
        if (message.fate != Fate.COMMITTED) {
            throw violated(message, "is at the broker and its transaction is " + message.fate);
        }
        for (SimMessage.Send other : message.sends) {
            if (other != send && other.effective) {
                this.repetitions++;
                requireCause(message, other, send);
            }
        }
        if (!message.appeared && message.record.key() != null && !message.displaced) {
            SimMessage before = this.latest.get(message.lane());
            if (before != null && before.version > message.version) {
                throw violated(message, "appears first after " + before);
            }
            this.latest.put(message.lane(), message);
        }
        message.appeared = true;
    }

    private void requireCause(SimMessage message, SimMessage.Send first, SimMessage.Send second) {
        boolean caused = message.everDeadLetter
                || message.deleteFailed
                || first.told != Told.ACKNOWLEDGED
                || second.told != Told.NOTHING && second.told != Told.ACKNOWLEDGED
                || !first.relay.alive()
                || !second.relay.alive()
                || !handedOver(message, first.epoch, second.epoch);
        if (!caused) {
            throw violated(message, "appears twice without a cause");
        }
    }

    /** Whether the shard stayed where it was or changed hands with nothing open between two epochs. */
    private boolean handedOver(SimMessage message, @Nullable Long from, @Nullable Long to) {
        return from != null && to != null && this.run.database.leases().handedOver(shard(message), from, to);
    }

    private int shard(SimMessage message) {
        return Shards.of(message.record.key(), message.record.messageId(), this.run.spec.shards());
    }

    /** An owner that was followed by another without having handed over may hear of a send that the other repeated. */
    void acknowledged(SimMessage message, SimMessage.Send send) {
        if (message.deadLetter && send.epoch != null && handedOver(message, send.epoch, message.deadLetterEpoch)) {
            throw violated(message, "is acknowledged to " + send.relay + " and a dead letter");
        }
        if (send.epoch != null) {
            message.acknowledgedEpoch = Math.max(message.acknowledgedEpoch, send.epoch);
        }
    }

    void blocks(OutboxRecord head, long epoch) {
        SimMessage message = message(head.messageId());
        if (message.acknowledgedEpoch > epoch) {
            throw violated(message, "blocks its key although it was acknowledged to a later owner");
        }
    }

    void becameDeadLetter(String id, long epoch, int shard) {
        SimMessage message = message(id);
        this.run.world.note(() -> "dead letter " + message);
        boolean allowed = switch (message.record.destination()) {
            case SimBroker.PARKS -> message.refused || (message.record.key() != null && refusedBefore(message));
            case SimBroker.BLOCKS -> this.run.operators.discarding() || message.record.key() == null;
            default -> message.refused;
        };
        if (!allowed) {
            throw violated(message, "is a dead letter although nobody refused it");
        }
        for (SimMessage.Send send : message.sends) {
            boolean unknown = send.told != Told.ACKNOWLEDGED || !send.relay.alive() || message.everDeadLetter;
            if (send.effective
                    && !unknown
                    && (send.epoch == null || this.run.database.leases().handedOver(shard, send.epoch, epoch))) {
                throw violated(message, "is a dead letter and was acknowledged");
            }
        }
        message.deadLetter = true;
        message.deadLetterEpoch = epoch;
        message.everDeadLetter = true;
        message.displaced |= !message.record.destination().equals(SimBroker.PARKS);
    }

    private boolean refusedBefore(SimMessage message) {
        return this.messages.values().stream()
                .anyMatch((other) ->
                        other.refused && other.lane().equals(message.lane()) && other.version < message.version);
    }

    /** When all is over. */
    void requireAllDelivered() {
        for (SimMessage message : this.messages.values()) {
            if (message.fate == Fate.OPEN) {
                throw violated(message, "is of a transaction that is not over");
            }
            if (message.fate == Fate.COMMITTED && !message.appeared && !message.deadLetter && !message.discarded) {
                throw violated(message, "is lost");
            }
        }
    }

    private AssertionError violated(SimMessage message, String promise) {
        return this.run.world.violated(message + " " + promise);
    }
}
