package io.integrationkit.benchmarks.deadletter;

import io.integrationkit.benchmarks.load.Kafka;
import io.integrationkit.benchmarks.load.Servers;
import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetterMessage;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.Intervention;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.outbox.Outbox;
import io.integrationkit.outbox.OutboxMessage;
import io.integrationkit.outbox.OutboxRelay;
import io.integrationkit.replay.ReplayJob;
import io.integrationkit.replay.ReplayJobs;
import io.integrationkit.replay.ReplayRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Replays 50,000 dead letters to Kafka by a job, in turn with an outbox that drains as many messages, and by a job with a
 * rate; prints the rates, and exits with 1 if a bar is missed or a key comes out of order. Option, a system property:
 * {@code load.rounds} (3).
 */
public final class ReplayLoad {

    private static final TimeSource TIME = TimeSource.system();

    private static final int ENTRIES = 50_000;

    private static final int ROUNDS = Integer.getInteger("load.rounds", 3);

    private static final int KEYS = 1_000;

    private static final int OF_A_TRANSACTION = 500;

    private static final int PARTITIONS = 4;

    private static final double A_SECOND = 1_000;

    private static final int RATED = 10_000;

    private static final int DIGITS = 12;

    private static final String FILLER = "x".repeat(300 - DIGITS);

    private static final String TOPIC = "replayed";

    private final DeadLetters deadLetters;

    private final ReplayJobs jobs;

    private final Outbox outbox;

    private final OutboxRelay relay;

    private final TransactionTemplate transaction;

    private final JdbcTemplate jdbc;

    private int number;

    private ReplayLoad(ConfigurableApplicationContext context) {
        this.deadLetters = context.getBean(DeadLetters.class);
        this.jobs = context.getBean(ReplayJobs.class);
        this.outbox = context.getBean(Outbox.class);
        this.relay = context.getBean(OutboxRelay.class);
        this.transaction = context.getBean(TransactionTemplate.class);
        this.jdbc = context.getBean(JdbcTemplate.class);
    }

    /**
     * Runs what the options say.
     *
     * @param arguments none
     * @throws Exception if the servers cannot be started
     */
    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createTempDirectory(
                Files.createDirectories(Path.of(System.getProperty("load.output", "target"))), "replay-load");
        boolean kept;
        try (Servers servers = new Servers(directory)) {
            servers.createTopic(TOPIC, PARTITIONS);
            ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                    .web(WebApplicationType.NONE)
                    .properties(Map.of(
                            "spring.main.banner-mode", "off",
                            "logging.level.root", "warn",
                            "spring.application.name", "replay-load",
                            "benchmark.contestant", "io.integrationkit.",
                            "spring.datasource.url", servers.createDatabase("replay", "SELECT 1"),
                            "spring.kafka.bootstrap-servers", servers.bootstrapServers(),
                            "integration.jdbc.initialize-schema", "always"))
                    .run();
            kept = new ReplayLoad(context).run(servers);
            context.close();
        }
        System.exit(kept ? 0 : 1);
    }

    private boolean run(Servers servers) throws InterruptedException {
        List<Double> drained = new ArrayList<>();
        List<Double> replayed = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            servers.checkpoint();
            drained.add(drain());
            servers.checkpoint();
            replayed.add(replay(ENTRIES, null));
            System.out.printf(
                    Locale.ROOT,
                    "round %d: outbox drains %.0f a second, a job replays %.0f a second%n",
                    round + 1,
                    drained.get(round),
                    replayed.get(round));
        }
        double rated = replay(RATED, A_SECOND);
        int disorder = disorder(servers.bootstrapServers());
        double share = middle(replayed) / middle(drained);
        System.out.printf(
                Locale.ROOT,
                "%s: replay %.2f of the drain (bar 0.5); set %.0f a second, kept %.0f; out of order %d of %d%n",
                servers.describe(),
                share,
                A_SECOND,
                rated,
                disorder,
                this.number);
        return share >= 0.5 && disorder == 0 && Math.abs(rated / A_SECOND - 1) < 0.05;
    }

    private double drain() throws InterruptedException {
        this.relay.stop();
        fill(
                ENTRIES,
                (next) -> this.outbox.publish(OutboxMessage.of("load.message", TOPIC, body(next))
                        .withKey(key(next))
                        .withContentType("text/plain")));
        long begun = TIME.nanoTime();
        this.relay.start();
        await(() -> owed() == 0);
        return ENTRIES / seconds(begun);
    }

    private double replay(int entries, @Nullable Double rate) throws InterruptedException {
        fill(
                entries,
                (next) -> this.deadLetters.storeMessage(new DeadLetterMessage(
                        TOPIC,
                        key(next),
                        "m-" + next,
                        "load.message",
                        1,
                        "text/plain",
                        Map.of(),
                        body(next),
                        Failure.of(FailureCategory.PERMANENT),
                        new IllegalStateException("refused"),
                        1)));
        long begun = TIME.nanoTime();
        ReplayJob job = this.jobs.start(
                ReplayRequest.of(DeadLetterFilter.all()).withLadder(List.of()).withRate(rate),
                new Intervention("load", "measured"));
        await(() -> this.jobs.find(job.id()).orElseThrow().status() != ReplayJob.Status.RUNNING && owed() == 0);
        double seconds = seconds(begun);
        ReplayJob ended = this.jobs.find(job.id()).orElseThrow();
        if (ended.progress().replayed() != entries) {
            throw new IllegalStateException("Not all was replayed: " + ended);
        }
        return entries / seconds;
    }

    private void fill(int count, IntConsumer add) {
        for (int done = 0; done < count; done += OF_A_TRANSACTION) {
            this.transaction.executeWithoutResult((status) -> {
                for (int i = 0; i < OF_A_TRANSACTION; i++) {
                    add.accept(this.number++);
                }
            });
        }
    }

    /** As large as the messages with which the outbox is measured: 300 bytes that begin with the number. */
    private static byte[] body(int number) {
        return Kafka.bytes(String.format(Locale.ROOT, "%0" + DIGITS + "d", number) + FILLER);
    }

    private static String key(int number) {
        return "key-" + number % KEYS;
    }

    private long owed() {
        Long owed = this.jdbc.queryForObject("SELECT count(*) FROM integration_outbox", Long.class);
        return (owed != null) ? owed : 0;
    }

    private static void await(BooleanSupplier done) throws InterruptedException {
        while (!done.getAsBoolean()) {
            TIME.sleep(Duration.ofMillis(20));
        }
    }

    private static double seconds(long begun) {
        return (TIME.nanoTime() - begun) / 1e9;
    }

    private static double middle(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /** Messages whose number is not above the one before of their key. */
    private int disorder(String bootstrapServers) {
        Map<String, Integer> last = new HashMap<>();
        int disorder = 0;
        int left = this.number;
        try (KafkaConsumer<byte[], byte[]> consumer = Kafka.consumer(bootstrapServers)) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (int i = 0; i < PARTITIONS; i++) {
                partitions.add(new TopicPartition(TOPIC, i));
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (left > 0) {
                for (var received : consumer.poll(Duration.ofSeconds(5))) {
                    int next = Integer.parseInt(Kafka.text(received.value()).substring(0, DIGITS));
                    Integer before = last.put(Kafka.text(received.key()), next);
                    disorder += (before != null && before >= next) ? 1 : 0;
                    left--;
                }
            }
        }
        return disorder;
    }

    /** Our starter as anybody has it. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
