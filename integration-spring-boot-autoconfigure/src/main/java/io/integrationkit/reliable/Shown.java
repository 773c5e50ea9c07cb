package io.integrationkit.reliable;

import java.time.Duration;
import java.util.Locale;

/** Values as users write them in {@code application.yml}. */
final class Shown {

    private Shown() {}

    static String of(Object value) {
        if (value instanceof Duration duration) {
            return of(duration);
        }
        return (value instanceof Enum<?> constant)
                ? constant.name().toLowerCase(Locale.ROOT).replace('_', '-')
                : value.toString();
    }

    private static String of(Duration duration) {
        if (duration.toNanosPart() % 1_000_000 != 0) {
            return duration.toNanos() + "ns";
        }
        return (duration.toMillisPart() == 0) ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }
}
