package io.integrationkit.sample.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.sample.downstream.Effect;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class VerifierTests {

    private final History history = new History();

    @Test
    void findsNothingInACleanHistory() {
        this.history.delivery("a", "k", 0, 1).delivery("b", "k", 2, 3).effects("a", "b");
        assertThat(this.history.judge().clean()).isTrue();
    }

    @Test
    void findsAnAcceptedDeliveryOfWhichNothingIsLeft() {
        this.history.delivery("a", "k", 0, 1).delivery("b", "k", 2, 3).effects("a");
        assertThat(this.history.judge().lost()).containsExactly("b");
    }

    @Test
    void doesNotCallLostWhatIsDeadLetteredOrOnItsWayOrWasNeverAccepted() {
        this.history.delivery("dead", "k", 0, 1).delivery("pending", "k", 2, 3).sentOnly("refused", "k", 4);
        this.history.everDeadLettered.add("dead");
        this.history.openDeadLetters.add("dead");
        this.history.pending.add("pending");
        assertThat(this.history.judge().lost()).isEmpty();
    }

    @Test
    void callsLostWhatWasReplayedWithoutEffect() {
        this.history.delivery("a", "k", 0, 1);
        this.history.everDeadLettered.add("a");
        assertThat(this.history.judge().lost()).containsExactly("a");
    }

    @Test
    void findsASecondEffect() {
        this.history.delivery("a", "k", 0, 1).delivery("b", "k", 2, 3).effects("a", "b", "a");
        assertThat(this.history.judge().effectsMoreThanOnce()).containsExactly("a");
        assertThat(this.history.judge().orderViolations()).isEmpty();
    }

    @Test
    void findsADeliveryThatOvertookOneAcceptedBeforeItWasSent() {
        this.history.delivery("a", "k", 0, 1).delivery("b", "k", 2, 3).effects("b", "a");
        assertThat(this.history.judge().orderViolations()).containsExactly("b (before a)");
    }

    @Test
    void findsAnOvertakingAcrossManyInBetween() {
        this.history.delivery("a", "k", 0, 1);
        for (int i = 0; i < 50; i++) {
            this.history.delivery("m" + i, "k", 10 + 2 * i, 11 + 2 * i);
        }
        this.history.delivery("z", "k", 1000, 1001).effects("z", "a");
        for (int i = 0; i < 50; i++) {
            this.history.effects("m" + i);
        }
        assertThat(this.history.judge().orderViolations()).containsExactly("z (before m49)");
    }

    @Test
    void letsDeliveriesThatWereOnTheirWayTogetherComeInAnyOrder() {
        this.history.delivery("a", "k", 0, 5).delivery("b", "k", 4, 6).effects("b", "a");
        assertThat(this.history.judge().orderViolations()).isEmpty();
    }

    @Test
    void letsDeliveriesOfDifferentKeysComeInAnyOrder() {
        this.history.delivery("a", "k", 0, 1).delivery("b", "other", 2, 3).effects("b", "a");
        assertThat(this.history.judge().orderViolations()).isEmpty();
    }

    @Test
    void exceptsWhatWasEverDeadLetteredFromTheOrder() {
        this.history.delivery("a", "k", 0, 1).delivery("b", "k", 2, 3).effects("b", "a");
        this.history.everDeadLettered.add("a");
        assertThat(this.history.judge().orderViolations()).isEmpty();
    }

    @Test
    void takesTheFirstSendingAndTheFirstEffectForTheOrder() {
        this.history
                .delivery("b", "k", 0, 9)
                .delivery("a", "k", 1, 2)
                .delivery("b", "k", 3, 4)
                .effects("b", "a", "b");
        assertThat(this.history.judge().orderViolations()).isEmpty();
    }

    @Test
    void findsAProjectionThatCountsTooMuchOrTooLittleOrStrangers() {
        this.history.delivery("a", "k", 0, 1).delivery("b", "j", 2, 3).effects("a", "b");
        this.history.projected.clear();
        this.history.projected.put(new KeyAndEvent("k", "push"), 2L);
        this.history.projected.put(new KeyAndEvent("nobody", "push"), 1L);
        assertThat(this.history.judge().projectionMismatches())
                .containsExactly(
                        "j/push (sent 1, projected 0)",
                        "k/push (sent 1, projected 2)",
                        "nobody/push (sent 0, projected 1)");
    }

    @Test
    void agreesWithComparingEachPairOfARandomHistory() {
        for (long seed = 0; seed < 50; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            History random50 = new History();
            List<String> ids = new ArrayList<>();
            Map<String, long[]> times = new HashMap<>();
            for (int i = 0; i < 50; i++) {
                long sent = random.nextLong(200);
                long accepted = sent + 1 + random.nextLong(40);
                ids.add("d" + i);
                times.put("d" + i, new long[] {sent, accepted});
                random50.delivery("d" + i, "k", sent, accepted);
            }
            List<String> order = new ArrayList<>(ids);
            Collections.shuffle(order, new Random(seed));
            random50.effects(order.toArray(String[]::new));
            long expected = ids.stream()
                    .filter((b) -> ids.stream()
                            .anyMatch((a) -> times.get(a)[1] < times.get(b)[0] && order.indexOf(b) < order.indexOf(a)))
                    .count();
            assertThat(random50.judge().orderViolations()).as("seed %d", seed).hasSize((int) expected);
        }
    }

    /** A history written by hand; the projection is right unless a test says otherwise. */
    private static final class History {

        private final Map<String, WebhookDelivery> deliveries = new HashMap<>();

        private final SentLog sent = new SentLog();

        private final List<Effect> effects = new ArrayList<>();

        private final Set<String> everDeadLettered = new HashSet<>();

        private final Set<String> openDeadLetters = new HashSet<>();

        private final Set<String> pending = new HashSet<>();

        private final Map<KeyAndEvent, Long> projected = new HashMap<>();

        History delivery(String id, String key, long sentAt, long acceptedAt) {
            sentOnly(id, key, sentAt);
            this.sent.accepted(id, false, acceptedAt);
            return this;
        }

        History sentOnly(String id, String key, long sentAt) {
            if (this.deliveries.put(id, new WebhookDelivery(id, "push", key, new byte[0])) == null) {
                this.projected.merge(new KeyAndEvent(key, "push"), 1L, Long::sum);
            }
            this.sent.sent(id, sentAt);
            return this;
        }

        History effects(String... ids) {
            for (String id : ids) {
                WebhookDelivery delivery = this.deliveries.get(id);
                this.effects.add(new Effect(id, delivery.key(), 0, this.effects.size(), 0));
            }
            return this;
        }

        Verdict judge() {
            return Verifier.judge(new Evidence(
                    List.copyOf(this.deliveries.values()),
                    this.sent,
                    this.effects,
                    this.everDeadLettered,
                    this.openDeadLetters,
                    this.pending,
                    this.projected));
        }
    }
}
