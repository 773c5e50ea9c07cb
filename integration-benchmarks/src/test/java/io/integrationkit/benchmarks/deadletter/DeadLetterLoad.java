package io.integrationkit.benchmarks.deadletter;

import io.integrationkit.benchmarks.load.Bars;
import io.integrationkit.benchmarks.load.LoadTable;
import io.integrationkit.benchmarks.load.Results;
import io.integrationkit.context.TimeSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Asks the same of 2,000 and of 200,000 dead letters on PostgreSQL, taking turns, prints the medians and how much longer it
 * takes of the many, and exits with 1 if that is more than it may be. Options are system properties: {@code load.only} (all;
 * a regular expression over the names of {@link Question}), {@code load.rounds} (101, of each question).
 */
public final class DeadLetterLoad {

    private static final int FEW = 2_000;

    private static final int MANY = 200_000;

    /** After fewer, compilers take a share, and the server still tries plans. */
    private static final int WARM_UP_ROUNDS = 30;

    private static final TimeSource TIME = TimeSource.system();

    private DeadLetterLoad() {}

    /**
     * Runs what the options say.
     *
     * @param arguments none
     * @throws IOException if PostgreSQL cannot be started or the table not be written
     */
    public static void main(String[] arguments) throws IOException {
        Pattern only = Pattern.compile(System.getProperty("load.only", ".*"));
        List<Question> questions = Arrays.stream(Question.values())
                .filter((each) -> only.matcher(each.key()).find())
                .toList();
        Results results = new Results();
        Bars bars = new Bars(results);
        String table;
        // The library that starts it would do without fsync.
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                        .setServerConfig("fsync", "on")
                        .setServerConfig("synchronous_commit", "on")
                        .start();
                Heap few = heap(postgres, "few", FEW, true);
                Heap many = heap(postgres, "many", MANY, true);
                Heap unswept = heap(postgres, "unswept", MANY, false)) {
            for (Question question : questions) {
                measure(question, Integer.getInteger("load.rounds", 101), results, few, many, unswept);
                bars.atMost(question.bar(), question.key(), bars.share(question.row(), many, few));
            }
            table = LoadTable.of(results, few, many, unswept);
        }
        String report =
                String.join(System.lineSeparator(), table, String.join(System.lineSeparator(), bars.lines()), "");
        Files.writeString(Path.of(System.getProperty("load.output", "target"), "dead-letter-load.md"), report);
        System.out.println(report);
        System.exit(bars.missed() ? 1 : 0);
    }

    private static Heap heap(EmbeddedPostgres postgres, String name, int entries, boolean vacuumed) {
        new JdbcTemplate(postgres.getPostgresDatabase()).execute("create database " + name);
        return new Heap(postgres.getJdbcUrl("postgres", name), entries, vacuumed);
    }

    /** Each is asked once in each round, so that all have the same of what else the machine does. */
    private static void measure(Question question, int rounds, Results results, Heap... heaps) {
        String[] middles =
                Arrays.stream(heaps).map((heap) -> heap.id(heap.entries() / 2)).toArray(String[]::new);
        for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
            for (int i = 0; i < heaps.length; i++) {
                int turn = Math.floorMod(i + round, heaps.length);
                long begun = TIME.nanoTime();
                question.ask(heaps[turn].deadLetters(), middles[turn]);
                double millis = (TIME.nanoTime() - begun) / 1e6;
                if (round >= 0) {
                    results.add(question.row(), heaps[turn], millis);
                }
            }
        }
        System.out.printf(Locale.ROOT, "%s measured%n", question.key());
    }
}
