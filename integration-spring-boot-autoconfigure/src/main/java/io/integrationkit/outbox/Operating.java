package io.integrationkit.outbox;

import io.integrationkit.failure.ProblemCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Puts together what store and relay know, and tells the relay what an operator wants. */
final class Operating implements OutboxOperations {

    private final OutboxSpec spec;

    private final OutboxInspection inspection;

    private final KeyStates keys;

    private final Pauses pauses;

    private final RelayCounters counters;

    private final OutboxRelay relay;

    Operating(
            OutboxSpec spec,
            OutboxInspection inspection,
            KeyStates keys,
            Pauses pauses,
            RelayCounters counters,
            OutboxRelay relay) {
        this.spec = spec;
        this.inspection = inspection;
        this.keys = keys;
        this.pauses = pauses;
        this.counters = counters;
        this.relay = relay;
    }

    @Override
    public OutboxStatus status() {
        Set<String> paused = this.inspection.paused();
        return new OutboxStatus(
                paused.contains(EVERYTHING),
                destinations(this.inspection.backlogs(), paused),
                this.inspection.shards());
    }

    private List<OutboxStatus.Destination> destinations(Map<String, OutboxBacklog> backlogs, Set<String> paused) {
        Map<String, HeldKeyCount> held = this.keys.counts();
        Set<String> names = new TreeSet<>(backlogs.keySet());
        names.addAll(held.keySet());
        names.addAll(paused);
        names.remove(EVERYTHING);
        return names.stream()
                .map((name) -> {
                    OutboxBacklog backlog = backlogs.getOrDefault(name, new OutboxBacklog(0, null));
                    return new OutboxStatus.Destination(
                            name,
                            backlog.messages(),
                            backlog.oldestAge(),
                            paused.contains(name) || paused.contains(EVERYTHING),
                            held.getOrDefault(name, HeldKeyCount.NONE),
                            this.counters.unavailable.get(name));
                })
                .toList();
    }

    @Override
    public List<OutboxDiagnosis> diagnose(OutboxStatus status) {
        List<OutboxDiagnosis> found = new ArrayList<>();
        unowned(status, found);
        if (!this.relay.isRunning()) {
            found.add(new OutboxDiagnosis(
                    ProblemCode.OUTBOX_NOT_SENDING.id(),
                    "The relay of this instance does not run",
                    "Give it a destination: add spring-boot-starter-kafka or a MessageDestination bean. Where another"
                            + " instance sends, nothing is wrong."));
        }
        for (OutboxStatus.Destination destination : status.destinations()) {
            describe(destination, found);
            describeKeys(destination, found);
        }
        found.addAll(this.inspection.database(this.spec.lease().multipliedBy(4)));
        return found;
    }

    /** A claim is due with each renewal of any instance, so a lease that ended long ago means that there is none. */
    private void unowned(OutboxStatus status, List<OutboxDiagnosis> found) {
        Map<Integer, Long> unowned = new TreeMap<>();
        for (OutboxStatus.Shard shard : status.shards()) {
            if (shard.messages() > 0 && shard.leaseLeft().isNegative()) {
                unowned.put(shard.number(), shard.messages());
            }
        }
        if (!unowned.isEmpty()) {
            found.add(new OutboxDiagnosis(
                    ProblemCode.OUTBOX_NOT_SENDING.id(),
                    "Nobody sends for %d of %d shards, which hold %d messages"
                            .formatted(
                                    unowned.size(),
                                    status.shards().size(),
                                    unowned.values().stream()
                                            .mapToLong(Long::longValue)
                                            .sum()),
                    "Start an instance whose relay can reach the database; see its log for lines about the leases of the"
                            + " outbox."));
        }
    }

    private static void describe(OutboxStatus.Destination destination, List<OutboxDiagnosis> found) {
        if (destination.unavailable() != null) {
            found.add(new OutboxDiagnosis(
                    ProblemCode.DESTINATION_UNAVAILABLE.id(),
                    "Destination '%s' cannot be reached, %d messages wait: %s"
                            .formatted(destination.name(), destination.messages(), destination.unavailable()),
                    "Nothing is lost and no attempt is counted. Mend the destination; sending goes on by itself."));
        }
        if (destination.paused() && destination.messages() > 0) {
            found.add(new OutboxDiagnosis(
                    ProblemCode.OUTBOX_PAUSED.id(),
                    "Destination '%s' is paused, %d messages wait, the oldest for %s"
                            .formatted(destination.name(), destination.messages(), age(destination)),
                    "Resume it with a POST to /actuator/outbox: action=resume, destination=%s."
                            .formatted(destination.name())));
        }
    }

    /** One finding a destination, however many keys there are. */
    private static void describeKeys(OutboxStatus.Destination destination, List<OutboxDiagnosis> found) {
        if (destination.heldKeys().blocked() > 0) {
            found.add(new OutboxDiagnosis(
                    ProblemCode.OUTBOX_KEYS_BLOCKED.id(),
                    "%d keys of destination '%s' are blocked by a refused message, and what follows with them waits"
                            .formatted(destination.heldKeys().blocked(), destination.name()),
                    "See /actuator/outbox/keys. Mend what refuses the message and POST to /actuator/outbox action=unblock,"
                            + " or discard_head to make it a dead letter; destination=%s and key."
                                    .formatted(destination.name())));
        }
        if (destination.heldKeys().parked() > 0) {
            found.add(new OutboxDiagnosis(
                    ProblemCode.OUTBOX_KEYS_PARKED.id(),
                    "%d keys of destination '%s' are parked: what follows a refused message becomes a dead letter"
                            .formatted(destination.heldKeys().parked(), destination.name()),
                    "See /actuator/outbox/keys. Replay or discard the dead letters of each key, oldest first; or POST to"
                            + " /actuator/outbox action=release_key, destination=%s and key."
                                    .formatted(destination.name())));
        }
    }

    private static String age(OutboxStatus.Destination destination) {
        Duration oldest = destination.oldestAge();
        return (oldest != null) ? oldest.toString() : "no time";
    }

    @Override
    public Set<String> paused() {
        return Set.copyOf(this.inspection.paused());
    }

    @Override
    public boolean pause(String destination, String actor) {
        return changed(this.inspection.addPause(destination), "paused", destination, actor);
    }

    @Override
    public boolean resume(String destination, String actor) {
        return changed(this.inspection.removePause(destination), "resumed", destination, actor);
    }

    private boolean changed(boolean done, String what, String destination, String actor) {
        if (done) {
            OperatorLog.changed("destination '%s' was %s".formatted(destination, what), actor);
        }
        this.pauses.refresh();
        this.relay.published();
        return done;
    }

    @Override
    public boolean releaseLease(int shard, String actor) {
        boolean done = this.inspection.endLease(shard);
        if (done) {
            OperatorLog.changed("the lease of shard %d was ended".formatted(shard), actor);
        }
        return done;
    }
}
