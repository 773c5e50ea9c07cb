package io.integrationkit.test.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.idempotency.IdempotencyKey;
import io.integrationkit.idempotency.KeyCounts;
import io.integrationkit.idempotency.KeyStatus;
import io.integrationkit.test.idempotency.KeyModel.Slot;
import io.integrationkit.test.idempotency.KeyModel.State;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What an operator is shown of the keys of a schedule, compared with the model. */
final class OperatorView {

    private final ScheduledStore scheduled;

    private final KeyModel model;

    private final Map<String, IdempotencyKey> keys;

    OperatorView(ScheduledStore scheduled, KeyModel model, Map<String, IdempotencyKey> keys) {
        this.scheduled = scheduled;
        this.model = model;
        this.keys = keys;
    }

    void find(String name) {
        IdempotencyKey key = this.keys.get(name);
        List<String> found = this.scheduled.store().find(key.operation(), key.hash()).stream()
                .map(this::said)
                .toList();
        List<String> known = this.model.slots.entrySet().stream()
                .filter((each) -> this.keys.get(each.getKey()).operation().equals(key.operation()))
                .filter((each) -> !this.scheduled.forgetsByItself() || !this.model.over(each.getValue()))
                .map((each) -> said(each.getKey(), each.getValue()))
                .toList();
        assertThat(found).containsExactlyInAnyOrderElementsOf(known);
    }

    private String said(KeyStatus status) {
        State state = State.values()[status.phase().ordinal()];
        return String.join(
                " ",
                name(status.key()),
                state.name(),
                "" + status.epoch(),
                (state == State.WORKING) ? "held " + isPositive(status.leaseLeft()) : "",
                "known " + isPositive(status.remembered()),
                "" + status.kind(),
                "" + status.deadLetterId());
    }

    private String said(String name, Slot slot) {
        return String.join(
                " ",
                name,
                slot.state.name(),
                "" + slot.epoch,
                (slot.state == State.WORKING) ? "held " + this.model.leased(slot) : "",
                "known " + (slot.forgottenAt > this.model.now),
                (slot.state == State.DONE) ? "VALUE" : "null",
                "" + slot.entry);
    }

    void count() {
        KeyCounts counts = this.scheduled.store().counts();
        Map<String, Long> known = this.model.slots.values().stream()
                .filter((slot) -> !this.scheduled.forgetsByItself() || !this.model.over(slot))
                .collect(Collectors.groupingBy(
                        (slot) -> slot.state + " " + this.model.leased(slot), Collectors.counting()));
        assertThat(counts.inProgress()).isEqualTo(known.getOrDefault("WORKING true", 0L));
        assertThat(counts.lapsed()).isEqualTo(known.getOrDefault("WORKING false", 0L));
        assertThat(counts.done()).isEqualTo(known.getOrDefault("DONE false", 0L));
        assertThat(counts.deadLettered()).isEqualTo(known.getOrDefault("DEAD false", 0L));
        assertThat(counts.atLeast()).isFalse();
    }

    String name(IdempotencyKey key) {
        return this.keys.entrySet().stream()
                .filter((each) -> each.getValue().equals(key))
                .map(Map.Entry::getKey)
                .collect(Collectors.joining());
    }

    private static boolean isPositive(Duration duration) {
        return duration.compareTo(Duration.ZERO) > 0;
    }
}
