package io.integrationkit.outbox;

import io.integrationkit.failure.ProblemCode;
import io.integrationkit.jdbc.JdbcAccess;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;

/**
 * Tells a table from one of the same name that was there before it, or is in another database; and where the transactions
 * of all its instances note their progress: who takes a shard over looks there for what the former owner noted.
 */
final class TableIncarnation {

    private static final Logger logger = LoggerFactory.getLogger(TableIncarnation.class);

    private static final String NAME = "incarnation";

    private static final String PROGRESS_TOPIC = "progress-topic";

    private TableIncarnation() {}

    /**
     * Returns the name the table was given when it was first asked for one; the same for all instances.
     *
     * @param progressTopic where this instance notes progress
     * @throws OutboxConfigurationException if another one was noted for this table
     */
    static String of(JdbcAccess access, String progressTopic) {
        requireSame(settled(access, PROGRESS_TOPIC, progressTopic), progressTopic);
        return settled(access, NAME, UUID.randomUUID().toString());
    }

    private static void requireSame(String settled, String progressTopic) {
        if (!settled.equals(progressTopic)) {
            throw new OutboxConfigurationException(
                    ProblemCode.OUTBOX_PROGRESS_TOPIC,
                    "Transactions of the outbox table note their progress in topic '%s', this instance would in '%s'"
                            .formatted(settled, progressTopic),
                    ("Set integration.outbox.transactional.progress-topic=%s for all instances. To use another topic, stop"
                                    + " them all when nothing is owed and run UPDATE integration_outbox_meta SET setting = '%s'"
                                    + " WHERE name = '%s'.")
                            .formatted(settled, progressTopic, PROGRESS_TOPIC),
                    null);
        }
    }

    private static String settled(JdbcAccess access, String name, String first) {
        List<String> stored = read(access, name);
        if (!stored.isEmpty()) {
            return stored.get(0);
        }
        try {
            access.inNewTransaction(() -> access.jdbc()
                    .update("INSERT INTO integration_outbox_meta (name, setting) VALUES (?, ?)", name, first));
        } catch (DuplicateKeyException ex) {
            logger.trace("Another instance was first", ex);
        }
        return read(access, name).get(0);
    }

    private static List<String> read(JdbcAccess access, String name) {
        return access.jdbc()
                .query(
                        "SELECT setting FROM integration_outbox_meta WHERE name = ?",
                        (row, index) -> Objects.requireNonNull(row.getString(1)),
                        name);
    }
}
