package io.integrationkit.benchmarks.outbox;

import com.sun.management.OperatingSystemMXBean;
import io.integrationkit.context.TimeSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The process of a contestant: starts its application, then does what it is told, one line a command on its input, one
 * line an answer on its output, and ends with its input. Its log goes to the error stream.
 */
final class ContestantMain {

    private final TimeSource time = TimeSource.system();

    private final OutboxUnderTest outbox;

    private final Business business;

    private final Publishers publishers;

    private final DirectProducer direct;

    private final LatencyProbe probe;

    private ContestantMain(ConfigurableApplicationContext context) {
        this.outbox = context.getBean(OutboxUnderTest.class);
        this.business = new Business(
                context.getBean(TransactionTemplate.class), context.getBean(JdbcTemplate.class), this.outbox);
        this.publishers = new Publishers(this.business, this.time);
        String bootstrapServers = context.getEnvironment().getRequiredProperty("spring.kafka.bootstrap-servers");
        String topic = context.getEnvironment().getRequiredProperty("load.topic");
        this.direct = new DirectProducer(bootstrapServers, topic);
        this.probe = new LatencyProbe(bootstrapServers, topic, this.time);
    }

    /**
     * Runs until the input ends.
     *
     * @param args contestant, URL of its database, bootstrap servers, topic
     * @throws IOException if the input cannot be read
     * @throws InterruptedException never
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        PrintStream answers = System.out;
        System.setOut(System.err);
        Contestant contestant = Contestant.valueOf(args[0]);
        Map<String, Object> settings = new HashMap<>(contestant.settings());
        settings.put("benchmark.contestant", contestant.autoConfiguration());
        settings.put("spring.application.name", "load");
        settings.put("spring.main.banner-mode", "off");
        settings.put("logging.level.root", "warn");
        settings.put("spring.datasource.url", args[1]);
        settings.put("spring.kafka.bootstrap-servers", args[2]);
        settings.put("load.topic", args[3]);
        ConfigurableApplicationContext context = new SpringApplicationBuilder(contestant.application())
                .web(WebApplicationType.NONE)
                .properties(settings)
                .run();
        ContestantMain main = new ContestantMain(context);
        answers.println("ready");
        try (BufferedReader commands =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                answers.println(main.answer(line.split(" ")));
            }
        }
        // Not a graceful end: the parent may be dead, and nothing here is worth keeping.
        Runtime.getRuntime().halt(0);
    }

    private String answer(String[] command) throws InterruptedException {
        return switch (command[0]) {
            case "start" -> {
                this.outbox.relay().start();
                yield "started";
            }
            case "stop" -> {
                this.outbox.relay().stop();
                yield "stopped";
            }
            case "cpu" -> Long.toString(cpuNanos());
            case "transact" ->
                counted(() -> this.publishers.transact(
                        command[1], Duration.ofMillis(Long.parseLong(command[2])), Boolean.parseBoolean(command[3])));
            case "bursts" ->
                counted(() ->
                        this.publishers.bursts(command[1], Integer.parseInt(command[2]), Integer.parseInt(command[3])));
            case "fill" -> counted(() -> this.publishers.fill(command[1], Integer.parseInt(command[2])));
            case "produce" -> counted(() -> this.direct.produce(command[1], Integer.parseInt(command[2])));
            case "latency" -> latency(command[1], Duration.ofMillis(Long.parseLong(command[2])), command[3]);
            default -> throw new IllegalArgumentException("Unknown command " + command[0]);
        };
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    /** Number and nanoseconds. */
    private String counted(Counted work) throws InterruptedException {
        long begin = this.time.nanoTime();
        long count = work.run();
        return count + " " + (this.time.nanoTime() - begin);
    }

    /** Median and 99th percentile in milliseconds; {@code direct} sends after the commit instead of publishing. */
    private String latency(String tag, Duration duration, String how) throws InterruptedException {
        boolean publishing = !how.equals("direct");
        long[] latencies = this.probe.measure(tag, duration, (index, committed) -> {
            int account = index % Business.ACCOUNTS;
            this.business.transact(tag, account, index + 1, publishing);
            committed.accept(index);
            if (!publishing) {
                this.direct.send(Message.key(tag, account), Message.text(index + 1));
            }
        });
        return String.format(
                Locale.ROOT,
                "%.3f %.3f",
                LatencyProbe.millisAt(0.5, latencies),
                LatencyProbe.millisAt(0.99, latencies));
    }

    /** Work that tells how much it did. */
    private interface Counted {

        long run() throws InterruptedException;
    }
}
