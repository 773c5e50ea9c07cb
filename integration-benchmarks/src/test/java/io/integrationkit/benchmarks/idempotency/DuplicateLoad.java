package io.integrationkit.benchmarks.idempotency;

import io.integrationkit.context.TimeSource;
import io.integrationkit.idempotency.IdempotencyStore;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Measures repetitions of an {@code @Idempotent} call that all ask the database, beside the bare statements on the same
 * pool, taking turns, and exits with 1 if ours are below 0.8 of a claim
 * alone, be it ours or one written by hand. Options are system properties:
 * {@code load.rounds} (3) and {@code load.seconds} (5, of one contestant in one round).
 */
public final class DuplicateLoad {

    private static final double BAR = 0.8;

    private static final Duration WARM_UP = Duration.ofSeconds(8);

    private static final TimeSource TIME = TimeSource.system();

    private DuplicateLoad() {}

    /**
     * Runs what the options say.
     *
     * @param arguments none
     * @throws IOException if PostgreSQL cannot be started
     * @throws InterruptedException if interrupted
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        // The library that starts it would do without fsync.
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                        .setServerConfig("fsync", "on")
                        .setServerConfig("synchronous_commit", "on")
                        .start();
                ConfigurableApplicationContext context = start(postgres)) {
            Map<Contestant, Double> figures = measure(context);
            figures.forEach(
                    (contestant, rate) -> System.out.printf(Locale.ROOT, "| %s | %,.0f |%n", contestant.label(), rate));
            boolean reached = reached(figures, Contestant.CLAIM);
            if (!reached(figures, Contestant.BARE_CLAIM) || !reached) {
                System.exit(1);
            }
        }
    }

    private static boolean reached(Map<Contestant, Double> figures, Contestant other) {
        double share = figures.get(Contestant.KIT) / figures.get(other);
        System.out.printf(
                Locale.ROOT,
                "%-7s duplicates/s against %s: %.2f, at least %.2f%n",
                (share >= BAR) ? "PASS" : "FAIL",
                other.label(),
                share,
                BAR);
        return share >= BAR;
    }

    private static ConfigurableApplicationContext start(EmbeddedPostgres postgres) {
        return new SpringApplicationBuilder(Payments.class)
                .web(WebApplicationType.NONE)
                .properties(Map.of(
                        "benchmark.contestant", "io.integrationkit.",
                        "spring.datasource.url", postgres.getJdbcUrl("postgres", "postgres"),
                        "spring.main.banner-mode", "off",
                        "logging.level.root", "error",
                        "integration.jdbc.initialize-schema", "always",
                        // Otherwise no repetition would get as far as the database.
                        "integration.idempotency.cache-size", "0B"))
                .run();
    }

    private static Map<Contestant, Double> measure(ConfigurableApplicationContext context) throws InterruptedException {
        Payments.Desk desk = context.getBean(Payments.Desk.class);
        for (int number = 0; number < Payments.KEYS; number++) {
            desk.pay(Payments.order(number));
        }
        BareStatements bare = new BareStatements(context.getBean(DataSource.class));
        Map<Contestant, Repetition> repetitions = new EnumMap<>(Contestant.class);
        repetitions.put(Contestant.KIT, (number) -> desk.pay(Payments.order(number)));
        repetitions.put(Contestant.CLAIM, new StoreClaims(context.getBean(IdempotencyStore.class), bare.keys())::claim);
        repetitions.put(Contestant.BARE_CLAIM, bare::claim);
        repetitions.put(Contestant.BARE_SELECT, bare::select);
        Repeaters repeaters = new Repeaters(TIME);
        List<Contestant> turns = new ArrayList<>(repetitions.keySet());
        Map<Contestant, List<Double>> rates = new EnumMap<>(Contestant.class);
        for (Contestant contestant : turns) {
            repeaters.perSecond(repetitions.get(contestant), WARM_UP);
        }
        Duration time = Duration.ofSeconds(Integer.getInteger("load.seconds", 5));
        for (int round = 0; round < Integer.getInteger("load.rounds", 3); round++) {
            for (Contestant contestant : turns) {
                rates.computeIfAbsent(contestant, (any) -> new ArrayList<>())
                        .add(repeaters.perSecond(repetitions.get(contestant), time));
            }
            // Whoever was first is last in the next round.
            Collections.rotate(turns, -1);
        }
        desk.requireOnePaymentOfEach();
        Map<Contestant, Double> medians = new EnumMap<>(Contestant.class);
        rates.forEach((contestant, all) -> medians.put(contestant, median(all)));
        return medians;
    }

    private static double median(List<Double> values) {
        return values.stream()
                .sorted()
                .skip((values.size() - 1) / 2)
                .findFirst()
                .orElseThrow();
    }

    /** Who takes part. */
    private enum Contestant {
        KIT("an annotated call whose result is in the database"),
        CLAIM("its claim alone"),
        BARE_CLAIM("`INSERT … ON CONFLICT DO NOTHING; SELECT …`, the result read and parsed by nobody"),
        BARE_SELECT("`SELECT …` alone");

        private final String label;

        Contestant(String label) {
            this.label = label;
        }

        String label() {
            return this.label;
        }
    }
}
