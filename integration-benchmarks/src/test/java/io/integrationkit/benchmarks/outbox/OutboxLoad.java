package io.integrationkit.benchmarks.outbox;

import io.integrationkit.benchmarks.load.Bars;
import io.integrationkit.benchmarks.load.LoadTable;
import io.integrationkit.benchmarks.load.Results;
import io.integrationkit.benchmarks.load.Servers;
import io.integrationkit.benchmarks.outbox.LoadPlan.Part;
import io.integrationkit.context.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Measures our outbox beside what can be written by hand and beside other libraries, on PostgreSQL and Kafka in processes
 * of their own, prints one table and what was to be reached, and exits with 1 if that was missed. Options: {@link
 * LoadPlan}.
 */
public final class OutboxLoad {

    private static final String TOPIC = "load";

    private static final int PARTITIONS = 8;

    /** So that little is left to compile in what is measured; after 20,000 messages compilers took a third of the machine. */
    private static final int WARM_UP_BACKLOG = 100_000;

    private final TimeSource time = TimeSource.system();

    private final LoadPlan plan;

    private final Results results = new Results();

    private final long begun = this.time.nanoTime();

    private OutboxLoad(LoadPlan plan) {
        this.plan = plan;
    }

    /**
     * Runs what the options say.
     *
     * @param arguments none
     * @throws IOException if a server cannot be started or the table not be written
     * @throws InterruptedException if interrupted
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        LoadPlan plan = LoadPlan.fromProperties();
        OutboxLoad load = new OutboxLoad(plan);
        String machine = load.run();
        Bars bars = LoadBars.check(load.results, plan.backlogs());
        String report = machine
                + System.lineSeparator()
                + System.lineSeparator()
                + LoadTable.of(load.results, OutboxColumn.values())
                + System.lineSeparator()
                + String.join(System.lineSeparator(), bars.lines())
                + System.lineSeparator();
        Files.writeString(plan.output().resolve("outbox-load.md"), report);
        System.out.println();
        System.out.println(report);
        System.exit(bars.missed() ? 1 : 0);
    }

    private String run() throws IOException, InterruptedException {
        Path directory = plan.output().resolve("outbox-load-" + Long.toString(this.begun, 36));
        try (Servers servers = new Servers(directory)) {
            servers.createTopic(TOPIC, PARTITIONS);
            try (Topic topic = new Topic(servers.bootstrapServers(), TOPIC, this.time)) {
                Measurements measurements = new Measurements(this.plan, servers, topic, this.results, this.time);
                rounds(servers, directory, measurements);
                kills(new KillRound(servers, topic, directory, measurements, this.results, this.time));
                return "PostgreSQL %s; %d processors; Java %s"
                        .formatted(
                                servers.describe(),
                                Runtime.getRuntime().availableProcessors(),
                                Runtime.version().feature());
            }
        }
    }

    private void rounds(Servers servers, Path directory, Measurements measurements) throws InterruptedException {
        List<ContestantProcess> processes = new ArrayList<>();
        try {
            for (Contestant contestant : contestants()) {
                String database = contestant.label();
                String url = servers.createDatabase(database, Business.TABLES);
                ContestantProcess process = new ContestantProcess(contestant, database, url, servers, TOPIC, directory);
                processes.add(process);
                process.awaitReady();
                process.stopRelay();
                say("%s warms up", contestant);
                measurements.warmUp(process, WARM_UP_BACKLOG);
            }
            ContestantProcess floor = processes.get(0);
            for (int round = 0; round < this.plan.rounds(); round++) {
                round(measurements, floor, processes, round);
                // Whoever was first is last in the next round.
                Collections.rotate(processes, -1);
            }
        } finally {
            processes.forEach(ContestantProcess::close);
        }
    }

    private void round(Measurements measurements, ContestantProcess floor, List<ContestantProcess> processes, int round)
            throws InterruptedException {
        if (begin(Part.TRANSACTIONS, round)) {
            measurements.plainTransactions(floor, round);
            for (ContestantProcess process : processes) {
                measurements.transactions(process, round);
            }
        }
        if (begin(Part.DRAIN, round)) {
            for (int backlog : this.plan.backlogs()) {
                drain(measurements, floor, processes, backlog, round);
            }
        }
        if (begin(Part.BOTH, round)) {
            for (ContestantProcess process : processes) {
                measurements.both(process, round);
            }
        }
        if (begin(Part.LATENCY, round)) {
            measurements.latencyOfKafkaAlone(floor, round);
            for (ContestantProcess process : processes) {
                measurements.latency(process, round);
            }
        }
        if (begin(Part.BURSTS, round)) {
            for (ContestantProcess process : processes) {
                measurements.bursts(process, round);
            }
        }
    }

    private void drain(
            Measurements measurements,
            ContestantProcess floor,
            List<ContestantProcess> processes,
            int backlog,
            int round)
            throws InterruptedException {
        boolean any = false;
        for (ContestantProcess process : processes) {
            if (this.plan.drains(process.contestant(), backlog, round)) {
                any = true;
                measurements.drain(process, backlog, round);
            }
        }
        if (any) {
            measurements.kafkaAlone(floor, backlog, round);
        }
    }

    private void kills(KillRound kill) throws InterruptedException {
        if (this.plan.includes(Part.KILL)) {
            for (int round = 0; round < this.plan.rounds(); round++) {
                say("%s, round %d of %d", Part.KILL, round + 1, this.plan.rounds());
                for (Contestant contestant : contestants()) {
                    kill.run(contestant, round);
                }
            }
        }
    }

    private List<Contestant> contestants() {
        return this.plan.peers() ? List.of(Contestant.values()) : List.of(Contestant.FLOOR, Contestant.KIT);
    }

    private boolean begin(Part part, int round) {
        if (this.plan.includes(part)) {
            say("%s, round %d of %d", part, round + 1, this.plan.rounds());
            return true;
        }
        return false;
    }

    private void say(String line, Object... arguments) {
        System.out.printf(
                "%4d s  %s%n",
                (this.time.nanoTime() - this.begun) / 1_000_000_000,
                line.formatted(arguments).toLowerCase(Locale.ROOT));
    }
}
