package io.integrationkit.testsupport;

import java.util.stream.IntStream;

/**
 * How often the race tests run: once, or as often as {@code -Dintegration.test.rounds=50} says. A test class takes part
 * with {@code @ParameterizedClass} and {@code @MethodSource(Rounds.ALL)}.
 */
public final class Rounds {

    public static final String ALL = "io.integrationkit.testsupport.Rounds#all";

    private Rounds() {}

    static IntStream all() {
        return IntStream.rangeClosed(1, rounds());
    }

    /** What one round has to do of an amount: all of it if there is one round, a fifth of it in each of several. */
    public static int share(int amount) {
        return (rounds() == 1) ? amount : Math.max(3, amount / 5);
    }

    private static int rounds() {
        return Integer.getInteger("integration.test.rounds", 1);
    }
}
