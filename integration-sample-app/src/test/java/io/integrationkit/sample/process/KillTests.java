package io.integrationkit.sample.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.context.TimeSource;
import io.integrationkit.sample.demo.DeliveryFile;
import io.integrationkit.sample.demo.DemoResult;
import io.integrationkit.sample.demo.DemoRun;
import io.integrationkit.sample.demo.HubProbe;
import io.integrationkit.sample.demo.Intervention;
import io.integrationkit.sample.demo.LoadDriver;
import io.integrationkit.sample.demo.LoadPlan;
import io.integrationkit.sample.downstream.MisbehavingDownstream;
import io.integrationkit.sample.downstream.Misbehaviour;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The packaged hub, killed with {@code kill -9} in the middle of the load, keeps its promises: {@code mvn -Pprocess
 * verify}. Another seed: {@code -Dkill.seed=7}.
 */
@Tag("process")
class KillTests {

    private static final long SEED = Long.getLong("kill.seed", 42);

    private static final int DELIVERIES = Integer.getInteger("kill.count", 1500);

    private final TimeSource time = TimeSource.system();

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void nothingIsLostDoneTwiceOrOutOfOrderWhenHubAndBrokerAreKilled() throws Exception {
        Path directory = Path.of("target", "process-test", Long.toString(this.time.nanoTime(), 36));
        try (MisbehavingDownstream downstream =
                        MisbehavingDownstream.start(Misbehaviour.typical(SEED, DELIVERIES), this.time);
                Processes processes = new Processes(directory, downstream.url(), this.time)) {
            processes.start();
            try (HubProbe probe = new HubProbe(
                    processes.database(),
                    processes.bootstrapServers(),
                    processes.hub().resolve("/actuator"))) {
                Nemesis nemesis = new Nemesis(processes, downstream.log(), this.time, DELIVERIES, SEED);
                LoadDriver driver = new LoadDriver(
                        processes.hub().resolve("/webhooks/github"), Processes.SECRET, this.time, nemesis);
                LoadPlan plan = new LoadPlan(DeliveryFile.read(null).cycle(DELIVERIES, SEED), 0.3, 8, SEED);
                DemoRun run = new DemoRun(
                        plan, driver, downstream, probe, this.time, System.out::println, Intervention.NONE, true);
                DemoResult result = run(run, nemesis);
                print(result, nemesis);
                assertThat(result.verdict().lost()).as("lost").isEmpty();
                assertThat(result.verdict().effectsMoreThanOnce())
                        .as("effects more than once")
                        .isEmpty();
                assertThat(result.verdict().orderViolations())
                        .as("order violations")
                        .isEmpty();
                assertThat(result.verdict().projectionMismatches())
                        .as("projection mismatches")
                        .isEmpty();
                assertThat(result.report().accepted()).isEqualTo(DELIVERIES);
                assertThat(result.report().passed()).as("%s", result.report()).isTrue();
            }
        }
    }

    /** Both at the same time; a nemesis that cannot go on ends the run. */
    private static DemoResult run(DemoRun run, Nemesis nemesis) throws Exception {
        Thread runner = Thread.currentThread();
        ExecutorService executor = Executors.newSingleThreadExecutor();
        Future<?> blows = executor.submit(() -> {
            try {
                nemesis.strike();
                return null;
            } catch (IllegalStateException ex) {
                runner.interrupt();
                throw ex;
            }
        });
        try {
            DemoResult result = run.run();
            blows.get();
            return result;
        } catch (InterruptedException ex) {
            executor.shutdownNow();
            blows.get();
            throw ex;
        } finally {
            executor.shutdownNow();
        }
    }

    private static void print(DemoResult result, Nemesis nemesis) {
        System.out.printf("Kill test, seed %d: %s%n", SEED, String.join("; ", nemesis.blows()));
        System.out.println("  " + result.report());
        System.out.println("  faults met: " + result.faults());
    }
}
