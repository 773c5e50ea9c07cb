package io.integrationkit.outbox;

import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.outbox.SimMessage.Told;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The simulated broker. A send takes effect or not, and is answered or fails, before or after; all of it within the
 * delivery time-out, also when the sender is dead by then.
 */
final class SimBroker {

    static final String CONTINUES = "continues";

    static final String PARKS = "parks";

    static final String BLOCKS = "blocks";

    static final List<String> NAMES = List.of(CONTINUES, PARKS, BLOCKS);

    private static final int FEW_IN_FLIGHT = 3;

    private final SimRun run;

    private final Map<String, Long> downUntil = new HashMap<>();

    private final Map<SimRelay, Set<String>> lanesInFlight = new HashMap<>();

    private final Map<String, Integer> answers = new TreeMap<>();

    SimBroker(SimRun run) {
        this.run = run;
    }

    List<MessageDestination> destinations(SimRelay relay) {
        return NAMES.stream()
                .map((name) -> (MessageDestination) new Destination(relay, name))
                .toList();
    }

    void down(String name, long nanos) {
        this.run.world.note(() -> "%s is down for %.0f ms".formatted(name, nanos / 1e6));
        this.downUntil.put(name, this.run.world.now() + nanos);
    }

    void up() {
        this.downUntil.clear();
    }

    /** What the sends came to, so that a test can tell that all of it was met. */
    Map<String, Integer> answers() {
        return this.answers;
    }

    private boolean isDown(String name) {
        return this.downUntil.getOrDefault(name, 0L) > this.run.world.now();
    }

    private void send(SimRelay relay, OutboxRecord record, MessageDestination.Completion completion) {
        SimMessage message = this.run.oracle.message(record.messageId());
        int shard = Shards.of(record.key(), record.messageId(), this.run.spec.shards());
        Send send = new Send(message, new SimMessage.Send(relay, relay.leases().epochOf(shard)), completion);
        this.run.world.note(() -> "%s sends %s".formatted(relay, message));
        this.run.oracle.sendBegins(message, send.known, shard);
        if (record.key() != null
                && !this.lanesInFlight
                        .computeIfAbsent(relay, (any) -> new HashSet<>())
                        .add(message.lane())) {
            throw this.run.world.violated("two messages of " + message.lane() + " are on their way from " + relay);
        }
        send.decide();
    }

    private final class Destination implements MessageDestination {

        private final SimRelay relay;

        private final String name;

        private Destination(SimRelay relay, String name) {
            this.relay = relay;
            this.name = name;
        }

        @Override
        public boolean accepts(String destination) {
            return this.name.equals(destination);
        }

        @Override
        public int mostInFlight() {
            return this.name.equals(BLOCKS) ? FEW_IN_FLIGHT : Integer.MAX_VALUE;
        }

        @Override
        public void send(OutboxRecord message, Completion completion) {
            SimBroker.this.send(this.relay, message, completion);
        }
    }

    private final class Send {

        private final SimWorld world = SimBroker.this.run.world;

        private final SimMessage message;

        private final SimMessage.Send known;

        private final MessageDestination.Completion completion;

        private final long timeout = SimBroker.this.run.spec.deliveryTimeout().toNanos();

        private Send(SimMessage message, SimMessage.Send known, MessageDestination.Completion completion) {
            this.message = message;
            this.known = known;
            this.completion = completion;
        }

        private void decide() {
            if (SimBroker.this.run.lacks(SimSafeguard.ACKNOWLEDGEMENT)) {
                tell(Told.ACKNOWLEDGED);
            }
            long soon = this.world.millis(1, 15);
            long late = this.world.millis(1, (int) (this.timeout / 1_000_000) - 1);
            if (isDown(this.message.record.destination())) {
                failsUnlessItThrows(this.world.chance(0.5) ? soon : late, false);
            } else if (this.message.poison
                    || this.world.fault(SimBroker.this.run.nemesis.rates().refusal())) {
                answer("refused", this.world.chance(0.3) ? late : soon, Told.REFUSED);
            } else if (this.world.fault(SimBroker.this.run.nemesis.rates().send())) {
                switch (this.world.number(0, 3)) {
                    case 0 -> failsUnlessItThrows(soon, false);
                    case 1 -> failsUnlessItThrows(late, true);
                    case 2 -> {
                        effect(late);
                        answer("acknowledged late", this.timeout, Told.ACKNOWLEDGED);
                    }
                    default -> {
                        if (this.world.chance(0.5)) {
                            effect(late);
                        }
                        answer("timed out", this.timeout, Told.FAILED);
                    }
                }
            } else if (this.world.chance(0.1)) {
                takeEffect();
                count("acknowledged at once");
                tell(Told.ACKNOWLEDGED);
            } else {
                effect(soon);
                answer("acknowledged", soon + this.world.millis(0, 10), Told.ACKNOWLEDGED);
            }
        }

        private void failsUnlessItThrows(long after, boolean effective) {
            if (this.world.chance(0.2)) {
                if (effective) {
                    takeEffect();
                }
                count("threw");
                this.known.told = Told.FAILED;
                over();
                throw new IllegalStateException("thrown by the simulated broker");
            }
            if (effective) {
                effect(after / 2);
            }
            answer(effective ? "failed after the effect" : "failed before the effect", after, Told.FAILED);
        }

        private void effect(long after) {
            this.world.in(after, this::takeEffect);
        }

        private void takeEffect() {
            this.known.effective = true;
            this.world.note(() -> "broker has %s from %s".formatted(this.message, this.known.relay));
            SimBroker.this.run.oracle.appeared(this.message, this.known);
        }

        private void answer(String what, long after, Told told) {
            count(what);
            this.world.in(after, () -> tell(told));
        }

        private void count(String what) {
            SimBroker.this.answers.merge(what, 1, Integer::sum);
        }

        /** A process that is stopped hears of it when it goes on. */
        private void tell(Told told) {
            SimRelay relay = this.known.relay;
            if (relay.stopped()) {
                this.world.in(relay.stoppedFor(), () -> tell(told));
                return;
            }
            if (!relay.alive()) {
                return;
            }
            this.known.told = told;
            this.message.refused |= told == Told.REFUSED;
            over();
            switch (told) {
                case ACKNOWLEDGED -> {
                    SimBroker.this.run.oracle.acknowledged(this.message, this.known);
                    this.completion.acknowledged();
                }
                case REFUSED -> this.completion.failed(Failure.of(FailureCategory.PERMANENT), cause());
                default ->
                    this.completion.failed(
                            this.known.effective ? Failure.outcomeUnknown() : Failure.of(FailureCategory.TEMPORARY),
                            cause());
            }
            relay.news();
        }

        private void over() {
            @Nullable Set<String> lanes = SimBroker.this.lanesInFlight.get(this.known.relay);
            if (lanes != null) {
                lanes.remove(this.message.lane());
            }
        }

        private RuntimeException cause() {
            return new IllegalStateException("answer of the simulated broker");
        }
    }
}
