package io.integrationkit.test.idempotency;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a store of keys has to do, in the simplest words; knows nothing of how a store does it. Times are seconds on a
 * clock of its own.
 */
final class KeyModel {

    final Map<String, Slot> slots = new HashMap<>();

    private final Map<String, Long> highestEpochs = new HashMap<>();

    /** Keys of which a clock that went back may give lower epochs once they are forgotten. */
    private final Set<String> ahead = new HashSet<>();

    long now;

    enum State {
        WORKING,
        DONE,
        DEAD
    }

    /** A key that is known. */
    static final class Slot {
        State state = State.WORKING;
        String arguments = "";
        String owner = "";
        long epoch;
        long leaseEnd;
        long forgottenAt;

        @Nullable
        String result;

        @Nullable
        String entry;
    }

    /** What a caller is to be told; of the other fields those that the kind has. */
    record Answer(
            Kind kind, long seconds, long epoch, @Nullable String text, boolean lapsed) {

        enum Kind {
            GRANTED,
            DONE,
            DEAD_LETTERED,
            IN_PROGRESS,
            OUTCOME_UNKNOWN,
            REUSED
        }

        static Answer granted(boolean lapsed, @Nullable String entry) {
            return new Answer(Kind.GRANTED, 0, 0, entry, lapsed);
        }
    }

    boolean leased(Slot slot) {
        return slot.state == State.WORKING && slot.leaseEnd > this.now;
    }

    /** Nothing of the key needs to be known any more. */
    boolean over(Slot slot) {
        return slot.forgottenAt <= this.now && !leased(slot);
    }

    Answer claim(String key, String arguments, boolean takesOver, @Nullable String replayOf) {
        Slot slot = this.slots.get(key);
        if (slot == null || over(slot)) {
            return Answer.granted(false, null);
        }
        boolean itsReplay = slot.entry != null && Objects.equals(slot.entry, replayOf);
        if (!slot.arguments.equals(arguments) && !itsReplay) {
            return new Answer(Answer.Kind.REUSED, 0, 0, null, false);
        }
        if (slot.state == State.DONE) {
            return new Answer(Answer.Kind.DONE, slot.forgottenAt - this.now, 0, slot.result, false);
        }
        if (leased(slot)) {
            return new Answer(Answer.Kind.IN_PROGRESS, slot.leaseEnd - this.now, 0, null, false);
        }
        if (slot.entry != null && !itsReplay) {
            return new Answer(Answer.Kind.DEAD_LETTERED, 0, 0, slot.entry, false);
        }
        if (slot.state == State.DEAD) {
            return Answer.granted(false, slot.entry);
        }
        return takesOver
                ? Answer.granted(true, slot.entry)
                : new Answer(Answer.Kind.OUTCOME_UNKNOWN, 0, slot.epoch, null, false);
    }

    long highestEpoch(String key) {
        Slot slot = this.slots.get(key);
        long known = (slot != null) ? slot.epoch : 0;
        return this.ahead.contains(key) ? known : this.highestEpochs.getOrDefault(key, known);
    }

    /** Epochs given before are that far ahead of those the clock gives from now on. */
    void clockGoesBack(long micros) {
        this.ahead.addAll(this.slots.keySet());
        this.slots.values().forEach((slot) -> slot.epoch += micros);
    }

    void granted(String key, String arguments, String owner, long epoch, long lease, long ttl) {
        Slot before = this.slots.get(key);
        Slot slot = new Slot();
        if (before != null && !over(before)) {
            slot.arguments = before.arguments;
            slot.entry = before.entry;
        } else {
            slot.arguments = arguments;
        }
        slot.owner = owner;
        slot.epoch = epoch;
        slot.leaseEnd = this.now + lease;
        slot.forgottenAt = this.now + ttl;
        this.slots.put(key, slot);
        this.highestEpochs.put(key, epoch);
    }

    /** The key of a holder that may still write; {@code null} if what it writes must not count. */
    @Nullable
    Slot heldBy(String key, @Nullable String owner, long epoch) {
        Slot slot = this.slots.get(key);
        boolean held = slot != null
                && slot.state == State.WORKING
                && slot.epoch == epoch
                && (owner == null || slot.owner.equals(owner));
        return held ? slot : null;
    }

    void giveBack(String key, Slot slot) {
        if (slot.entry == null) {
            this.slots.remove(key);
        } else {
            slot.state = State.DEAD;
        }
    }
}
