package io.integrationkit.sample.process.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.outbox.Outbox;
import io.integrationkit.sample.process.ProcessApplication;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * An application that changes rows and publishes each change, and relays, until it is killed. Arguments: {@code
 * --load.instance}, {@code --load.topic}, {@code --load.threads}, {@code --load.pause} between two transactions of a
 * thread, {@code --load.clock-skew} by which its wall clock is wrong, and any property of Spring and the starter.
 *
 * <p>Not a {@code @Configuration}: the sample, on the same class path, would take it for one of its own.
 */
@EnableAutoConfiguration
public class LoadApplication {

    /**
     * Runs until it is killed.
     *
     * @param args properties
     */
    public static void main(String[] args) {
        ProcessApplication.of(LoadApplication.class).run(args);
    }

    @Bean
    TimeSource wrongTime(@Value("${load.clock-skew:0s}") Duration skew) {
        return new SkewedTime(skew);
    }

    @Bean
    LedgerPublisher ledgerPublisher(
            DataSource dataSource,
            PlatformTransactionManager transactionManager,
            Outbox outbox,
            @Value("${load.instance}") String instance,
            @Value("${load.topic}") String topic) {
        return new LedgerPublisher(dataSource, transactionManager, outbox, instance, topic);
    }

    @Bean
    ApplicationListener<ApplicationReadyEvent> load(
            LedgerPublisher publisher,
            @Value("${load.threads:2}") int threads,
            @Value("${load.pause:20ms}") Duration pause) {
        return (ready) -> {
            for (int i = 0; i < threads; i++) {
                Thread thread = new Thread(() -> publisher.publishForEver(pause), "load-" + i);
                thread.setDaemon(true);
                thread.start();
            }
        };
    }
}
