package io.integrationkit.benchmarks.listener;

import io.integrationkit.benchmarks.load.Bars;
import io.integrationkit.benchmarks.load.LoadTable;
import io.integrationkit.benchmarks.load.Results;
import io.integrationkit.benchmarks.load.Results.Column;
import io.integrationkit.benchmarks.load.Servers;
import io.integrationkit.context.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.listener.MessageListenerContainer;

/**
 * Measures Kafka listeners with our annotations beside the same listeners without them, on PostgreSQL and Kafka in
 * processes of their own, taking turns on the same records, prints one table and what was to be reached, and exits with 1
 * if that was missed. Options are system properties: {@code load.only} (all; a regular expression over the names of
 * {@link Comparison}), {@code load.rounds} (3).
 */
public final class ListenerLoad {

    private static final String DATABASE = "listeners";

    /** After fewer, compilers take a share of what is measured. */
    private static final int WARM_UP_ROUNDS = 4;

    private static final long SEED = 6;

    private static final Column BASE = () -> "base";

    private static final Column OURS = () -> "ours";

    private final TimeSource time = TimeSource.system();

    private final long begun = this.time.nanoTime();

    private final Path output = Path.of(System.getProperty("load.output", "target"));

    private final Results results = new Results();

    private ListenerLoad() {}

    /**
     * Runs what the options say.
     *
     * @param arguments none
     * @throws IOException if a server cannot be started or the table not be written
     * @throws InterruptedException if interrupted
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Pattern only = Pattern.compile(System.getProperty("load.only", ".*"));
        List<Comparison> comparisons = Arrays.stream(Comparison.values())
                .filter((each) -> only.matcher(each.key()).find())
                .toList();
        ListenerLoad load = new ListenerLoad();
        String machine = load.run(comparisons, Integer.getInteger("load.rounds", 3));
        Bars bars = new Bars(load.results);
        for (Comparison each : comparisons) {
            bars.atLeast(each.bar(), each.label(), bars.share(each.rate(), OURS, BASE));
        }
        String report = String.join(
                System.lineSeparator(),
                machine,
                "",
                LoadTable.of(load.results, BASE, OURS),
                String.join(System.lineSeparator(), bars.lines()),
                "");
        Files.writeString(load.output.resolve("listener-load.md"), report);
        System.out.println();
        System.out.println(report);
        System.exit(bars.missed() ? 1 : 0);
    }

    private String run(List<Comparison> comparisons, int rounds) throws IOException, InterruptedException {
        Path directory = this.output.resolve("listener-load-" + Long.toString(this.begun, 36));
        try (Servers servers = new Servers(directory)) {
            for (Comparison each : comparisons) {
                servers.createTopic(each.topic(), 1);
            }
            String url = servers.createDatabase(DATABASE, Effects.TABLE);
            try (ConfigurableApplicationContext context = start(url, servers.bootstrapServers());
                    Orders orders = new Orders(servers.bootstrapServers(), new Random(SEED))) {
                for (Comparison each : comparisons) {
                    compare(each, rounds, servers, orders, context);
                }
            }
            return "PostgreSQL %s; %d processors; Java %s"
                    .formatted(
                            servers.describe(),
                            Runtime.getRuntime().availableProcessors(),
                            Runtime.version().feature());
        }
    }

    private static ConfigurableApplicationContext start(String url, String bootstrapServers) {
        return new SpringApplicationBuilder(ListenerApplication.class)
                .web(WebApplicationType.NONE)
                .properties(Map.of(
                        "benchmark.contestant", "io.integrationkit.",
                        "spring.datasource.url", url,
                        "spring.kafka.bootstrap-servers", bootstrapServers,
                        "spring.kafka.consumer.auto-offset-reset", "earliest",
                        "spring.kafka.consumer.value-deserializer",
                                "org.apache.kafka.common.serialization.ByteArrayDeserializer",
                        "spring.main.banner-mode", "off",
                        "logging.level.root", "error",
                        "integration.jdbc.initialize-schema", "always"))
                .run();
    }

    /** In each round both handle the same records, which are new to both; who begins takes turns. */
    private void compare(
            Comparison comparison, int rounds, Servers servers, Orders orders, ConfigurableApplicationContext context)
            throws InterruptedException {
        for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
            orders.fill(comparison.topic(), comparison.records());
            boolean baseFirst = round % 2 == 0;
            for (boolean base : List.of(baseFirst, !baseFirst)) {
                String listener = base ? comparison.base() : comparison.ours();
                CpuTime before = CpuTime.now(servers.jdbc(DATABASE), DATABASE);
                double rate = handle(listener, comparison.records(), context);
                CpuTime spent = CpuTime.now(servers.jdbc(DATABASE), DATABASE).since(before);
                say("%s, round %d: %s %,.0f/s", comparison.label(), round + 1, listener, rate);
                if (round >= 0) {
                    Column column = base ? BASE : OURS;
                    this.results.add(comparison.rate(), column, rate);
                    this.results.add(
                            comparison.application(), column, spent.application() / 1e3 / comparison.records());
                    this.results.add(comparison.database(), column, spent.database() / 1e3 / comparison.records());
                }
            }
        }
        long records = (long) comparison.records() * (WARM_UP_ROUNDS + rounds);
        requireEffects(comparison.base(), records, servers);
        requireEffects(comparison.ours(), records, servers);
    }

    private static double handle(String listener, int records, ConfigurableApplicationContext context)
            throws InterruptedException {
        MessageListenerContainer container =
                context.getBean(KafkaListenerEndpointRegistry.class).getListenerContainer(listener);
        if (container == null) {
            throw new IllegalStateException("There is no listener " + listener);
        }
        Progress progress = context.getBean(Progress.class);
        progress.expect(records);
        container.start();
        progress.await();
        // Returns when the last record is handled and its offset committed.
        container.stop();
        return progress.perSecond();
    }

    /** Fails if what was measured was not one effect for each record. */
    private static void requireEffects(String listener, long records, Servers servers) {
        Long effects = servers.jdbc(DATABASE).queryForObject(Effects.COUNT, Long.class, listener);
        if (effects == null || effects != records) {
            throw new IllegalStateException("%s had %d effects of %d records".formatted(listener, effects, records));
        }
    }

    private void say(String line, Object... arguments) {
        System.out.printf(
                "%4d s  %s%n",
                (this.time.nanoTime() - this.begun) / 1_000_000_000, String.format(Locale.ROOT, line, arguments));
    }
}
