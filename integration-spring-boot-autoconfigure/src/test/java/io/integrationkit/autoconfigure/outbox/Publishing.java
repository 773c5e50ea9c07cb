package io.integrationkit.autoconfigure.outbox;

import io.integrationkit.outbox.Outbox;
import io.integrationkit.outbox.OutboxStatistics;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.springframework.context.ApplicationContext;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Publishes events of an application and waits for their delivery. */
final class Publishing {

    private Publishing() {}

    /** In a transaction of its own. */
    static void publish(ApplicationContext context, Object event) {
        transaction(context)
                .executeWithoutResult((status) -> context.getBean(Outbox.class).publish(event));
    }

    static TransactionTemplate transaction(ApplicationContext context) {
        return new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
    }

    /** Until nothing is owed. */
    static void awaitDelivered(ApplicationContext context) {
        OutboxStatistics statistics = context.getBean(OutboxStatistics.class);
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> statistics.backlog().messages() == 0);
    }
}
