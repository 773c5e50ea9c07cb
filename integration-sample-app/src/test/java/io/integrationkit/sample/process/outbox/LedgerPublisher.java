package io.integrationkit.sample.process.outbox;

import io.integrationkit.outbox.Outbox;
import io.integrationkit.outbox.OutboxMessage;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Business transactions: each takes a key to its next versions, some by a lock on its row and some by a check of its
 * version, writes each version into the ledger and publishes it. Some are rolled back after they have published. What
 * the ledger has is what was committed, whatever became of the process.
 */
final class LedgerPublisher {

    private static final Logger logger = LoggerFactory.getLogger(LedgerPublisher.class);

    private static final double ROLLED_BACK = 0.1;

    private static final int MOST_VERSIONS = 3;

    /** An instance that stands still may hold the lock of a key. */
    private static final int QUERY_SECONDS = 1;

    private final JdbcTemplate jdbc;

    private final TransactionTemplate transaction;

    private final Outbox outbox;

    private final String instance;

    private final String topic;

    LedgerPublisher(
            DataSource dataSource,
            PlatformTransactionManager transactionManager,
            Outbox outbox,
            String instance,
            String topic) {
        this.jdbc = new JdbcTemplate(dataSource);
        this.jdbc.setQueryTimeout(QUERY_SECONDS);
        this.transaction = new TransactionTemplate(transactionManager);
        this.outbox = outbox;
        this.instance = instance;
        this.topic = topic;
    }

    void publishForEver(Duration pause) {
        while (true) {
            try {
                this.transaction.executeWithoutResult(this::change);
            } catch (DataAccessException | TransactionException ex) {
                logger.info("A transaction has failed: {}", ex.getMessage());
                LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            }
            LockSupport.parkNanos(pause.toNanos());
        }
    }

    private void change(TransactionStatus status) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int key = random.nextInt(Ledger.KEYS);
        int count = 1 + random.nextInt(MOST_VERSIONS);
        boolean locks = random.nextBoolean();
        Long before = this.jdbc.queryForObject(
                "SELECT version FROM account WHERE k = ?" + (locks ? " FOR UPDATE" : ""), Long.class, key);
        if (before == null
                || this.jdbc.update(
                                "UPDATE account SET version = ? WHERE k = ? AND version = ?",
                                before + count,
                                key,
                                before)
                        == 0) {
            status.setRollbackOnly();
            return;
        }
        for (long version = before + 1; version <= before + count; version++) {
            Version changed = new Version(key, version, UUID.randomUUID().toString(), this.instance);
            this.jdbc.update("INSERT INTO ledger (k, version, mark) VALUES (?, ?, ?)", key, version, changed.mark());
            this.outbox.publish(OutboxMessage.of("ledger.changed", this.topic, changed.payload())
                    .withKey("key-" + key));
        }
        if (random.nextDouble() < ROLLED_BACK) {
            status.setRollbackOnly();
        }
    }
}
