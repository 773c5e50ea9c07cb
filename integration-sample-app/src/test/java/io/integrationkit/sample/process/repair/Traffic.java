package io.integrationkit.sample.process.repair;

import io.integrationkit.outbox.Outbox;
import io.integrationkit.outbox.OutboxMessage;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Takes orders: each is numbered under the lock of its customer and published in the same transaction; then the operation
 * is called until it returns. What is in the table {@code taken} was committed, or has returned.
 */
final class Traffic {

    static final int CUSTOMERS = 6;

    private static final Logger logger = LoggerFactory.getLogger(Traffic.class);

    private static final Duration PAUSE = Duration.ofMillis(25);

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(200);

    private final JdbcTemplate jdbc;

    private final TransactionTemplate transaction;

    private final Outbox outbox;

    private final Shipments shipments;

    private final Effects effects;

    Traffic(JdbcTemplate jdbc, TransactionTemplate transaction, Outbox outbox, Shipments shipments, Effects effects) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.outbox = outbox;
        this.shipments = shipments;
        this.effects = effects;
    }

    void takeForEver() {
        while (true) {
            try {
                if (this.effects.is(Switch.TRAFFIC)) {
                    Order order = this.transaction.execute((status) -> take());
                    ship(order);
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            } catch (DataAccessException | TransactionException ex) {
                logger.info("An order could not be taken: {}", ex.getMessage());
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE.toNanos());
            }
        }
    }

    private Order take() {
        int customer = ThreadLocalRandom.current().nextInt(CUSTOMERS);
        Long last = this.jdbc.queryForObject("SELECT last FROM customer WHERE id = ? FOR UPDATE", Long.class, customer);
        Order order = new Order(customer, ((last != null) ? last : 0) + 1);
        this.jdbc.update("UPDATE customer SET last = ? WHERE id = ?", order.number(), customer);
        note(Way.MESSAGE, order);
        note(Way.RECORD, order);
        this.outbox.publish(order);
        this.outbox.publish(
                OutboxMessage.of("order", Shipments.TOPIC, order.payload()).withKey(order.key()));
        return order;
    }

    /** Until it returns, as a careful caller does: a dead letter that cannot be stored is an exception here. */
    private void ship(Order order) {
        while (true) {
            try {
                this.shipments.ship(order.customer(), order.number());
                note(Way.CALL, order);
                return;
            } catch (RuntimeException ex) {
                logger.info("{} is not shipped yet: {}", order, ex.toString());
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE.toNanos());
            }
        }
    }

    private void note(Way way, Order order) {
        this.jdbc.update(
                "INSERT INTO taken (way, customer, number) VALUES (?, ?, ?)",
                way.name(),
                order.customer(),
                order.number());
    }
}
