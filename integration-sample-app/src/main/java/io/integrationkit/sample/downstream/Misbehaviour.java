package io.integrationkit.sample.downstream;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * How a downstream misbehaves. What happens to an attempt depends on the seed, the delivery id and the number of the
 * attempt alone, so that a run can be repeated; only the outage depends on how far the run has come.
 *
 * @param seed seed of all choices
 * @param faultShare share of first attempts that meet a fault, 0 to 1
 * @param repeatedFaultShare share of further attempts that meet one, 0 to 1
 * @param permanentShare share of deliveries that are refused with 400 until the repair, 0 to 1
 * @param profileFaultShare share of questions for a profile that meet a fault, 0 to 1
 * @param slow how long a slow answer takes; beyond the caller's time-out
 * @param retryAfter what a 429 asks to wait, in full seconds
 * @param outageAfterEffects number of effects after which the outage begins, 0 for none
 * @param outage how long the outage lasts
 */
public record Misbehaviour(
        long seed,
        double faultShare,
        double repeatedFaultShare,
        double permanentShare,
        double profileFaultShare,
        Duration slow,
        Duration retryAfter,
        int outageAfterEffects,
        Duration outage) {

    /** One in so many faults of a profile is slow. */
    private static final int SLOW_PROFILES = 3;

    private static final Fault[] PASSING = {
        Fault.RATE_LIMITED,
        Fault.SERVER_ERROR,
        Fault.UNAVAILABLE,
        Fault.SLOW_BEFORE_EFFECT,
        Fault.SLOW_AFTER_EFFECT,
        Fault.RESET_BEFORE_EFFECT,
        Fault.RESET_AFTER_EFFECT
    };

    /**
     * Returns a downstream that answers well.
     *
     * @return no misbehaviour at all
     */
    public static Misbehaviour none() {
        return new Misbehaviour(0, 0, 0, 0, 0, Duration.ZERO, Duration.ZERO, 0, Duration.ZERO);
    }

    /**
     * Returns the misbehaviour of the demo: each fault is met, and the load still gets through in reasonable time.
     *
     * @param seed seed of all choices
     * @param deliveries how many deliveries the run has; the outage comes after two fifths of them
     * @return the misbehaviour
     */
    public static Misbehaviour typical(long seed, int deliveries) {
        return new Misbehaviour(
                seed,
                0.035,
                0.35,
                0.01,
                0.15,
                Duration.ofMillis(900),
                Duration.ofSeconds(1),
                Math.max(1, deliveries * 2 / 5),
                Duration.ofSeconds(3));
    }

    /**
     * Chooses what happens to an attempt, apart from the outage.
     *
     * @param deliveryId id of the delivery
     * @param attempt number of the attempt, beginning with 1
     * @return the fault, or {@code null} for a good answer
     */
    public @Nullable Fault choose(String deliveryId, int attempt) {
        if (random(deliveryId, 0).nextDouble() < this.permanentShare) {
            return Fault.BAD_REQUEST;
        }
        SplittableRandom random = random(deliveryId, attempt);
        double share = (attempt == 1) ? this.faultShare : this.repeatedFaultShare;
        return (random.nextDouble() < share) ? PASSING[random.nextInt(PASSING.length)] : null;
    }

    /**
     * Chooses what happens to a question for a profile, apart from the outage.
     *
     * @param login whose profile
     * @param attempt number of the question for it, beginning with 1
     * @return the fault, {@link Fault#UNAVAILABLE} or {@link Fault#SLOW_BEFORE_EFFECT}; or {@code null} for a good answer
     */
    public @Nullable Fault chooseForProfile(String login, int attempt) {
        SplittableRandom random = random(login, -attempt);
        if (random.nextDouble() >= this.profileFaultShare) {
            return null;
        }
        return (random.nextInt(SLOW_PROFILES) > 0) ? Fault.UNAVAILABLE : Fault.SLOW_BEFORE_EFFECT;
    }

    private SplittableRandom random(String deliveryId, int attempt) {
        long hash = this.seed * 0x9E3779B97F4A7C15L + attempt;
        for (byte octet : deliveryId.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ octet) * 0x100000001B3L;
        }
        return new SplittableRandom(hash);
    }
}
