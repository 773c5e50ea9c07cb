package io.integrationkit.test.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.idempotency.Claim;
import io.integrationkit.idempotency.ClaimRequest;
import io.integrationkit.idempotency.ClaimToken;
import io.integrationkit.idempotency.IdempotencyKey;
import io.integrationkit.idempotency.IdempotencyStore;
import io.integrationkit.idempotency.KeyCounts;
import io.integrationkit.idempotency.KeyStatus;
import io.integrationkit.idempotency.StoredResult;
import io.integrationkit.test.VirtualTime;
import io.integrationkit.test.idempotency.KeyModel.Answer;
import io.integrationkit.test.idempotency.KeyModel.Slot;
import io.integrationkit.test.idempotency.KeyModel.State;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A random schedule of callers, holders, an operator, the clean-up and time, on a store and on the model. A failure tells
 * its seed: {@code -Dintegration.test.seed=S} plays it again, {@code -Dintegration.test.seeds=N} plays N others.
 */
final class KeySchedule {

    private static final int STEPS = 40;

    private static final List<String> ARGUMENTS = List.of("aa".repeat(32), "bb".repeat(32));

    private static final List<String> OWNERS = List.of("ann", "bob", "cid");

    private static final List<String> ENTRIES = List.of("entry-1", "entry-2");

    private final Random random;

    private final IdempotencyStore store;

    private final ScheduledStore scheduled;

    private final KeyModel model = new KeyModel();

    private final Map<String, IdempotencyKey> keys;

    private final List<ClaimToken> tokens = new ArrayList<>();

    private final List<String> log = new ArrayList<>();

    private KeySchedule(long seed, ScheduledStore scheduled) {
        this.random = new Random(seed);
        this.scheduled = scheduled;
        this.store = scheduled.store();
        String hash = UUID.randomUUID().toString().replace("-", "").repeat(2);
        this.keys = Map.of(
                "a:b+c", new IdempotencyKey("a:b", "c", hash),
                "a+b:c", new IdempotencyKey("a", "b:c", hash),
                "a", new IdempotencyKey("a", "", hash));
    }

    /** Plays as many schedules as the test is to play, or as a system property says, each on a store without keys. */
    static void playAll(int schedules, Supplier<ScheduledStore> stores) {
        Long only = Long.getLong("integration.test.seed");
        if (only != null) {
            play(only, stores.get());
            return;
        }
        long last = Long.getLong("integration.test.seeds", schedules);
        for (long seed = 1; seed <= last; seed++) {
            play(seed, stores.get());
        }
    }

    private static void play(long seed, ScheduledStore scheduled) {
        KeySchedule schedule = new KeySchedule(seed, scheduled);
        try {
            for (int i = 0; i < STEPS; i++) {
                schedule.step();
            }
        } catch (AssertionError | RuntimeException ex) {
            throw new AssertionError(
                    "Seed %d of %s (-Dintegration.test.seed=%d), step by step:%n%s%n%s"
                            .formatted(
                                    seed,
                                    scheduled.store().engine(),
                                    seed,
                                    String.join(System.lineSeparator(), schedule.log),
                                    ex),
                    ex);
        }
    }

    private void step() {
        int dice = this.random.nextInt(100);
        if (dice < 40) {
            claim();
        } else if (dice < 48) {
            StoredResult result = new StoredResult(
                    StoredResult.Kind.VALUE, ("" + this.random.nextInt(1000)).getBytes(StandardCharsets.UTF_8));
            int ttl = ttl();
            write("complete " + text(result), (token) -> this.store.complete(token, result, seconds(ttl)), (slot) -> {
                slot.state = State.DONE;
                slot.result = text(result);
                slot.forgottenAt = this.model.now + ttl;
            });
        } else if (dice < 56) {
            String entry = any(ENTRIES);
            int ttl = ttl();
            write("dead-letter " + entry, (token) -> this.store.deadLetter(token, entry, seconds(ttl)), (slot) -> {
                slot.state = State.DEAD;
                slot.entry = entry;
                slot.forgottenAt = this.model.now + ttl;
            });
        } else if (dice < 64) {
            write("release", this.store::release, null);
        } else if (dice < 72) {
            int lease = lease();
            write(
                    "extend " + lease,
                    (token) -> this.store.extend(token, seconds(lease)),
                    (slot) -> slot.leaseEnd = this.model.now + lease);
        } else if (dice < 78) {
            free();
        } else if (dice < 88) {
            pass();
        } else if (dice < 92) {
            deleteExpired();
        } else if (dice < 96) {
            find();
        } else {
            count();
        }
    }

    private void claim() {
        String name = anyKey();
        String arguments = (this.random.nextInt(4) == 0) ? ARGUMENTS.get(1) : ARGUMENTS.get(0);
        String replayOf = this.random.nextBoolean() ? null : any(ENTRIES);
        boolean takesOver = this.random.nextBoolean();
        String owner = any(OWNERS) + "-" + this.log.size();
        int lease = lease();
        int ttl = ttl();
        this.log.add("%s claims %s, arguments %s, lease %d, ttl %d, takesOver %s, replayOf %s"
                .formatted(owner, name, arguments.charAt(0), lease, ttl, takesOver, replayOf));
        Answer expected = this.model.claim(name, arguments, takesOver, replayOf);
        Claim claim = this.store.claim(new ClaimRequest(
                this.keys.get(name), arguments, owner, seconds(lease), seconds(ttl), takesOver, replayOf));
        assertThat(exact(told(claim))).isEqualTo(exact(expected));
        if (claim instanceof Claim.Granted granted) {
            ClaimToken token = granted.token();
            assertThat(token.key()).isEqualTo(this.keys.get(name));
            assertThat(token.owner()).isEqualTo(owner);
            assertThat(token.epoch()).isGreaterThan(this.model.highestEpoch(name));
            this.model.granted(name, arguments, owner, token.epoch(), lease, ttl);
            this.tokens.add(token);
        }
    }

    private static Answer told(Claim claim) {
        if (claim instanceof Claim.Granted granted) {
            return Answer.granted(granted.lapsed(), granted.token().deadLetterId());
        }
        if (claim instanceof Claim.Done done) {
            return new Answer(Answer.Kind.DONE, ceiling(done.remembered()), 0, text(done.result()), false);
        }
        if (claim instanceof Claim.InProgress held) {
            return new Answer(Answer.Kind.IN_PROGRESS, ceiling(held.remaining()), 0, null, false);
        }
        if (claim instanceof Claim.DeadLettered dead) {
            return new Answer(Answer.Kind.DEAD_LETTERED, 0, 0, dead.entryId(), false);
        }
        if (claim instanceof Claim.OutcomeUnknown unknown) {
            return new Answer(Answer.Kind.OUTCOME_UNKNOWN, 0, unknown.epoch(), null, false);
        }
        return new Answer(Answer.Kind.REUSED, 0, 0, null, false);
    }

    /** On a server's clock a test is slower than the model: there, minutes must do. */
    private Answer exact(Answer answer) {
        long seconds = (this.scheduled.clock() != null) ? answer.seconds() : (answer.seconds() + 1800) / 3600;
        return new Answer(answer.kind(), seconds, answer.epoch(), answer.text(), answer.lapsed());
    }

    private interface Write {
        boolean apply(ClaimToken token);
    }

    private void write(String what, Write write, @Nullable Consumer<Slot> change) {
        if (this.tokens.isEmpty()) {
            return;
        }
        ClaimToken token =
                forgedNowAndThen(this.tokens.get(Math.max(0, this.tokens.size() - 1 - this.random.nextInt(4))));
        String name = name(token.key());
        this.log.add("%s, epoch %d, on %s: %s".formatted(token.owner(), token.epoch(), name, what));
        Slot slot = this.model.heldBy(name, token.owner(), token.epoch());
        if (mustSucceed(name, slot, write.apply(token)) && slot != null) {
            if (change != null) {
                change.accept(slot);
            } else {
                this.model.giveBack(name, slot);
            }
        }
    }

    private ClaimToken forgedNowAndThen(ClaimToken token) {
        return switch (this.random.nextInt(8)) {
            case 0 -> new ClaimToken(token.key(), any(OWNERS), token.epoch(), token.deadLetterId());
            case 1 -> new ClaimToken(token.key(), token.owner(), token.epoch() + 1, token.deadLetterId());
            case 2 -> new ClaimToken(token.key(), token.owner(), token.epoch() - 1, token.deadLetterId());
            default -> token;
        };
    }

    /** What is over may be gone or not, unless the store forgets by itself. */
    private boolean mustSucceed(String name, @Nullable Slot slot, boolean written) {
        boolean expected = slot != null && !(this.scheduled.forgetsByItself() && this.model.over(slot));
        assertThat(written).as("written").isEqualTo(expected);
        if (slot != null && !written) {
            this.model.slots.remove(name);
        }
        return written;
    }

    private void free() {
        String name = anyKey();
        Slot known = this.model.slots.get(name);
        long epoch = (known != null && this.random.nextInt(3) > 0) ? known.epoch : this.model.highestEpoch(name) - 1;
        this.log.add("operator frees %s, epoch %d".formatted(name, epoch));
        Slot slot = this.model.heldBy(name, null, epoch);
        if (mustSucceed(name, slot, this.store.free(this.keys.get(name), epoch)) && slot != null) {
            this.model.giveBack(name, slot);
        }
    }

    private void pass() {
        VirtualTime clock = this.scheduled.clock();
        if (clock != null) {
            int seconds = 1 + this.random.nextInt(20);
            this.log.add("%d seconds pass".formatted(seconds));
            clock.advance(Duration.ofSeconds(seconds));
            this.model.now += seconds;
        } else if (this.random.nextBoolean()) {
            this.log.add("leases end");
            this.scheduled.endLeases();
            this.model.slots.values().forEach((slot) -> slot.leaseEnd = Math.min(slot.leaseEnd, this.model.now));
        } else {
            this.log.add("retention ends");
            this.scheduled.endRetention();
            this.model.slots.values().forEach((slot) -> slot.forgottenAt = Math.min(slot.forgottenAt, this.model.now));
        }
    }

    private void deleteExpired() {
        this.log.add("clean-up");
        List<String> over = this.model.slots.entrySet().stream()
                .filter((each) -> this.model.over(each.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        assertThat(this.store.deleteExpired(1000)).isEqualTo(this.scheduled.forgetsByItself() ? 0 : over.size());
        over.forEach(this.model.slots::remove);
    }

    private void find() {
        String name = anyKey();
        this.log.add("operator looks for " + name);
        IdempotencyKey key = this.keys.get(name);
        List<String> found = this.store.find(key.operation(), key.hash()).stream()
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

    private void count() {
        this.log.add("operator counts");
        KeyCounts counts = this.store.counts();
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

    private int lease() {
        return (this.random.nextInt(5) == 0) ? 0 : (1 + this.random.nextInt(3)) * unit();
    }

    private int ttl() {
        return (1 + this.random.nextInt(5)) * unit();
    }

    private int unit() {
        return (this.scheduled.clock() != null) ? 10 : 3600;
    }

    private String anyKey() {
        return any(List.copyOf(this.keys.keySet().stream().sorted().toList()));
    }

    private String name(IdempotencyKey key) {
        return this.keys.entrySet().stream()
                .filter((each) -> each.getValue().equals(key))
                .map(Map.Entry::getKey)
                .collect(Collectors.joining());
    }

    private <T> T any(List<T> choices) {
        return choices.get(this.random.nextInt(choices.size()));
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }

    private static long ceiling(Duration duration) {
        return duration.plusSeconds(1).minusNanos(1).toSeconds();
    }

    private static boolean isPositive(Duration duration) {
        return duration.compareTo(Duration.ZERO) > 0;
    }

    private static @Nullable String text(StoredResult result) {
        byte[] payload = result.payload();
        return (payload != null) ? new String(payload, StandardCharsets.UTF_8) : null;
    }
}
