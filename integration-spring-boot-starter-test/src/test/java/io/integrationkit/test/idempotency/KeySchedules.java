package io.integrationkit.test.idempotency;

import java.util.function.Supplier;

/**
 * Plays random schedules. A failure tells its seed: {@code -Dintegration.test.seed=S} plays it again,
 * {@code -Dintegration.test.seeds=N} plays N others.
 */
final class KeySchedules {

    private KeySchedules() {}

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
            schedule.play();
        } catch (AssertionError | RuntimeException ex) {
            throw new AssertionError(
                    "Seed %d of %s (-Dintegration.test.seed=%d), step by step:%n%s%n%s"
                            .formatted(seed, scheduled.store().engine(), seed, schedule.played(), ex),
                    ex);
        }
    }
}
