package io.integrationkit.outbox;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the simulation knows of a message. */
final class SimMessage {

    final OutboxRecord record;

    final int version;

    /** Refused by the broker until an operator mends it. */
    boolean poison;

    /** Cannot be read until it is replayed. */
    boolean unreadable;

    Fate fate = Fate.OPEN;

    boolean refused;

    boolean deadLetter;

    boolean everDeadLetter;

    /** Of the lease in the database when it became one. */
    long deadLetterEpoch;

    boolean discarded;

    /** It lost its place among those of its key, by the policy or by an operator. */
    boolean displaced;

    /** The latest epoch under which it was acknowledged. */
    long acknowledgedEpoch;

    /** A DELETE of its row failed, or its outcome was unknown. */
    boolean deleteFailed;

    boolean appeared;

    final List<Send> sends = new ArrayList<>();

    SimMessage(OutboxRecord record, int version) {
        this.record = record;
        this.version = version;
    }

    String lane() {
        return this.record.destination() + "/" + this.record.key();
    }

    @Override
    public String toString() {
        return this.record.messageId() + " (" + lane() + " v" + this.version + ")";
    }

    enum Fate {
        OPEN,
        COMMITTED,
        ROLLED_BACK
    }

    enum Told {
        NOTHING,
        ACKNOWLEDGED,
        FAILED,
        REFUSED
    }

    /** One send of the message. */
    static final class Send {

        final SimRelay relay;

        /** Of the lease as the relay knew it; {@code null} if it held none any more. */
        final @Nullable Long epoch;

        Told told = Told.NOTHING;

        boolean effective;

        Send(SimRelay relay, @Nullable Long epoch) {
            this.relay = relay;
            this.epoch = epoch;
        }
    }
}
