package io.integrationkit.outbox;

import java.util.ArrayList;
import java.util.List;

/** People who look after dead letters, held keys, pauses and leases, at bad moments too; in the end they put all right. */
final class SimOperators {

    private final SimRun run;

    private boolean discarding;

    SimOperators(SimRun run) {
        this.run = run;
    }

    /** Whether a dead letter that comes into being now is what an operator wants. */
    boolean discarding() {
        return this.discarding;
    }

    void start() {
        this.run.world.in(this.run.world.millis(100, 1500), this::next);
    }

    private void next() {
        if (!this.run.world.faults()) {
            putRight();
            this.run.world.in(this.run.world.millis(200, 400), this::next);
            return;
        }
        act();
        this.run.world.in(this.run.world.millis(50, 800), this::next);
    }

    private void act() {
        List<HeldKey> held = this.run.database.keys().list(null, 1000);
        List<String> letters = this.run.database.deadLetters();
        switch (this.run.world.number(0, 9)) {
            case 0, 1, 2 -> {
                if (!held.isEmpty()) {
                    decide(this.run.world.any(held));
                }
            }
            case 3, 4, 5 -> {
                if (!letters.isEmpty()) {
                    replay(
                            this.run.world.any(letters.subList(0, Math.min(letters.size(), 4))),
                            this.run.world.chance(0.7));
                }
            }
            case 6 -> {
                if (!letters.isEmpty() && this.run.world.chance(0.3)) {
                    discard(this.run.world.any(letters));
                }
            }
            case 7 -> pauseOrResume();
            case 8 -> this.run.database.paused().clear();
            default -> forceALease();
        }
        this.run.wakeSome();
    }

    private void decide(HeldKey held) {
        KeyStates keys = this.run.database.keys();
        if (held.state() == HeldKey.State.PARKED) {
            release(held);
        } else if (this.run.world.chance(0.5)) {
            this.run.world.note(() -> "operator unblocks " + held);
            mendAll(this.run.world.chance(0.5));
            keys.unblock(held.destination(), held.key());
        } else {
            this.run.world.note(() -> "operator discards the head of " + held);
            this.discarding = true;
            keys.discardHead(held.destination(), held.key());
            this.discarding = false;
        }
    }

    /** Somebody is quick now and then, or a machine is. */
    void blocked(OutboxRecord head) {
        String key = head.key();
        if (key != null && this.run.world.chance(0.3)) {
            this.run.world.in(this.run.world.millis(0, 150), () -> {
                this.run.world.note(() -> "operator unblocks " + head + " at once");
                this.run.oracle.message(head.messageId()).poison = false;
                this.run.database.keys().unblock(head.destination(), key);
                this.run.wakeSome();
            });
        }
    }

    private void mendAll(boolean mended) {
        if (mended) {
            this.run.oracle.messages().forEach((message) -> message.poison = false);
        }
    }

    private void release(HeldKey held) {
        this.run.world.note(() -> "operator releases " + held);
        if (this.run.database.keys().release(held.destination(), held.key())) {
            lettersOf(held).forEach((id) -> this.run.oracle.message(id).displaced = true);
        }
    }

    private List<String> lettersOf(HeldKey held) {
        return this.run.database.deadLetters().stream()
                .filter((id) -> this.run.oracle.message(id).lane().equals(held.destination() + "/" + held.key()))
                .toList();
    }

    /** Returns whether it was its turn. */
    private boolean replay(String id, boolean mended) {
        SimMessage message = this.run.oracle.message(id);
        message.poison &= !mended;
        try {
            this.run.database.replay(message.record);
        } catch (MessageHeldException ex) {
            this.run.world.note(() -> "operator cannot replay " + message);
            return false;
        }
        this.run.world.note(() -> "operator replays " + message);
        message.unreadable = false;
        message.deadLetter = false;
        return true;
    }

    private void discard(String id) {
        SimMessage message = this.run.oracle.message(id);
        this.run.world.note(() -> "operator discards " + message);
        message.discarded = true;
        message.displaced = true;
        message.deadLetter = false;
        this.run.database.discard(message.record);
    }

    private void pauseOrResume() {
        String name = this.run.world.chance(0.2) ? OutboxOperations.EVERYTHING : this.run.world.any(SimBroker.NAMES);
        if (!this.run.database.paused().remove(name)) {
            this.run.database.paused().add(name);
        }
        this.run.world.note(() -> "paused: " + this.run.database.paused());
    }

    private void forceALease() {
        if (this.run.world.chance(0.2)) {
            int shard = this.run.world.number(0, this.run.spec.shards() - 1);
            this.run.world.note(() -> "operator ends the lease of shard " + shard);
            this.run.database.leases().force(shard);
        }
    }

    private void putRight() {
        this.run.database.paused().clear();
        this.run.oracle.messages().forEach((message) -> {
            message.poison = false;
            message.unreadable = false;
        });
        for (HeldKey held : this.run.database.keys().list(null, 1000)) {
            switch (held.state()) {
                case BLOCKED -> this.run.database.keys().unblock(held.destination(), held.key());
                case PARKED -> replayOrRelease(held);
                case RELEASING -> {}
            }
        }
    }

    private void replayOrRelease(HeldKey held) {
        if (held.key().hashCode() % 3 == 0) {
            release(held);
            return;
        }
        List<String> left = new ArrayList<>(lettersOf(held));
        boolean replayed = true;
        while (replayed && !left.isEmpty()) {
            replayed = left.removeIf((id) -> replay(id, true));
        }
    }
}
