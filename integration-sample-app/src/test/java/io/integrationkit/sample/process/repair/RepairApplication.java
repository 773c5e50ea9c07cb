package io.integrationkit.sample.process.repair;

import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.outbox.Outbox;
import io.integrationkit.replay.ReplayJobs;
import io.integrationkit.sample.process.ProcessApplication;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * An application that takes orders and repairs what became a dead letter, until it is killed. Arguments: {@code
 * --repair.instance}, and any property of Spring and the starter.
 *
 * <p>Not a {@code @Configuration}: the sample, on the same class path, would take it for one of its own.
 */
@EnableAutoConfiguration
public class RepairApplication {

    /**
     * Runs until it is killed.
     *
     * @param args properties
     */
    public static void main(String[] args) {
        ProcessApplication.of(RepairApplication.class).run(args);
    }

    @Bean
    Effects effects(JdbcTemplate jdbc) {
        return new Effects(jdbc);
    }

    @Bean
    Shipments shipments(Effects effects) {
        return new Shipments(effects);
    }

    @Bean
    ApplicationListener<ApplicationReadyEvent> work(
            JdbcTemplate jdbc,
            TransactionTemplate transaction,
            Outbox outbox,
            Shipments shipments,
            Effects effects,
            DeadLetters deadLetters,
            ReplayJobs jobs,
            @Value("${repair.instance}") String instance) {
        Traffic traffic = new Traffic(jdbc, transaction, outbox, shipments, effects);
        Operators operators = new Operators(deadLetters, jobs, effects, instance);
        List<Runnable> work =
                List.of(traffic::takeForEver, traffic::takeForEver, operators::keepAJobGoing, operators::replayByHand);
        return (ready) -> work.forEach(RepairApplication::begin);
    }

    private static void begin(Runnable work) {
        Thread thread = new Thread(work, "repair");
        thread.setDaemon(true);
        thread.start();
    }
}
