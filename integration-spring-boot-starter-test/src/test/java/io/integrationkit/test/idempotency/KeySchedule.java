package io.integrationkit.test.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.idempotency.Claim;
import io.integrationkit.idempotency.ClaimRequest;
import io.integrationkit.idempotency.ClaimToken;
import io.integrationkit.idempotency.IdempotencyKey;
import io.integrationkit.idempotency.IdempotencyStore;
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
import org.jspecify.annotations.Nullable;

/** A random schedule of callers, holders, an operator, the clean-up and time, on a store and on the model. */
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

    private final OperatorView operator;

    private final List<ClaimToken> tokens = new ArrayList<>();

    private final List<String> log = new ArrayList<>();

    KeySchedule(long seed, ScheduledStore scheduled) {
        this.random = new Random(seed);
        this.scheduled = scheduled;
        this.store = scheduled.store();
        String hash = UUID.randomUUID().toString().replace("-", "").repeat(2);
        this.keys = Map.of(
                "a:b+c", new IdempotencyKey("a:b", "c", hash),
                "a+b:c", new IdempotencyKey("a", "b:c", hash),
                "a", new IdempotencyKey("a", "", hash));
        this.operator = new OperatorView(scheduled, this.model, this.keys);
    }

    void play() {
        for (int i = 0; i < STEPS; i++) {
            step();
        }
    }

    /** What was done so far, a line a step. */
    String played() {
        return String.join(System.lineSeparator(), this.log);
    }

    private void step() {
        int dice = this.random.nextInt(100);
        if (dice < 40) {
            claim(anyKey(), this.random.nextInt(3) == 0);
        } else if (dice < 72) {
            if (!this.tokens.isEmpty()) {
                write(forgedNowAndThen(this.tokens.get(Math.max(0, this.tokens.size() - 1 - this.random.nextInt(4)))));
            }
        } else if (dice < 78) {
            free();
        } else if (dice < 88) {
            pass();
        } else if (dice < 92) {
            deleteExpired();
        } else if (dice < 96) {
            String name = anyKey();
            this.log.add("operator looks for " + name);
            this.operator.find(name);
        } else {
            this.log.add("operator counts");
            this.operator.count();
        }
    }

    /** Claims a key; others may act on it after the store has looked at it and before it takes it over. */
    private void claim(String name, boolean disturbed) {
        String arguments = (this.random.nextInt(4) == 0) ? ARGUMENTS.get(1) : ARGUMENTS.get(0);
        String replayOf = this.random.nextBoolean() ? null : any(ENTRIES);
        boolean takesOver = this.random.nextBoolean();
        String owner = any(OWNERS) + "-" + this.log.size();
        int lease = lease();
        int ttl = ttl();
        this.log.add("%s claims %s, arguments %s, lease %d, ttl %d, takesOver %s, replayOf %s"
                .formatted(owner, name, arguments.charAt(0), lease, ttl, takesOver, replayOf));
        this.scheduled.beforeTakeover(disturbed ? () -> disturb(name) : null);
        Claim claim = this.store.claim(new ClaimRequest(
                this.keys.get(name), arguments, owner, seconds(lease), seconds(ttl), takesOver, replayOf));
        this.scheduled.beforeTakeover(null);
        Answer expected = this.model.claim(name, arguments, takesOver, replayOf);
        assertThat(exact(ToldAnswer.of(claim))).isEqualTo(exact(expected));
        if (claim instanceof Claim.Granted granted) {
            ClaimToken token = granted.token();
            assertThat(token.key()).isEqualTo(this.keys.get(name));
            assertThat(token.owner()).isEqualTo(owner);
            assertThat(token.epoch()).isGreaterThan(this.model.highestEpoch(name));
            this.model.granted(name, arguments, owner, token.epoch(), lease, ttl);
            this.tokens.add(token);
        }
    }

    /** On a server's clock a test is slower than the model: there, minutes must do. */
    private Answer exact(Answer answer) {
        long seconds = (this.scheduled.clock() != null) ? answer.seconds() : (answer.seconds() + 1800) / 3600;
        return new Answer(answer.kind(), seconds, answer.epoch(), answer.text(), answer.lapsed());
    }

    /** The holder, who may be only slow, writes after all, or another caller is quicker. */
    private void disturb(String name) {
        this.log.add("- meanwhile:");
        Slot slot = this.model.slots.get(name);
        ClaimToken holder = this.tokens.stream()
                .filter((token) -> slot != null
                        && token.owner().equals(slot.owner)
                        && token.epoch() == slot.epoch
                        && this.random.nextInt(4) > 0)
                .findFirst()
                .orElse(null);
        if (holder != null) {
            write(holder);
        } else {
            claim(name, false);
        }
        this.log.add("- now it takes the key over, if it still may");
    }

    private void write(ClaimToken token) {
        int ttl = ttl();
        switch (this.random.nextInt(4)) {
            case 0 -> {
                StoredResult result = new StoredResult(
                        StoredResult.Kind.VALUE, ("" + this.random.nextInt(1000)).getBytes(StandardCharsets.UTF_8));
                String what = "complete " + ToldAnswer.text(result);
                write(token, what, (held) -> this.store.complete(held, result, seconds(ttl)), (slot) -> {
                    slot.state = State.DONE;
                    slot.result = ToldAnswer.text(result);
                    slot.forgottenAt = this.model.now + ttl;
                });
            }
            case 1 -> {
                String entry = any(ENTRIES);
                String what = "dead-letter " + entry;
                write(token, what, (held) -> this.store.deadLetter(held, entry, seconds(ttl)), (slot) -> {
                    slot.state = State.DEAD;
                    slot.entry = entry;
                    slot.forgottenAt = this.model.now + ttl;
                });
            }
            case 2 -> write(token, "release", this.store::release, null);
            default -> {
                int lease = lease();
                write(
                        token,
                        "extend " + lease,
                        (held) -> this.store.extend(held, seconds(lease)),
                        (slot) -> slot.leaseEnd = this.model.now + lease);
            }
        }
    }

    private interface Write {
        boolean apply(ClaimToken token);
    }

    private void write(ClaimToken token, String what, Write write, @Nullable Consumer<Slot> change) {
        String name = this.operator.name(token.key());
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
            return;
        }
        int dice = this.random.nextInt(5);
        long back = (dice == 0) ? this.scheduled.clockGoesBack() : 0;
        if (back > 0) {
            this.log.add("the clock of epochs goes back");
            this.model.clockGoesBack(back);
        } else if (dice < 3) {
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

    private <T> T any(List<T> choices) {
        return choices.get(this.random.nextInt(choices.size()));
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }
}
