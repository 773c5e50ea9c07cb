package io.integrationkit.outbox;

import io.integrationkit.jdbc.JdbcAccess;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;

/** Tells a table from one of the same name that was there before it, or is in another database. */
final class TableIncarnation {

    private static final Logger logger = LoggerFactory.getLogger(TableIncarnation.class);

    private static final String NAME = "incarnation";

    private TableIncarnation() {}

    /** Returns the name it was given when it was first asked for one; the same for all instances. */
    static String of(JdbcAccess access) {
        List<String> stored = read(access);
        if (!stored.isEmpty()) {
            return stored.get(0);
        }
        try {
            access.inNewTransaction(() -> access.jdbc()
                    .update(
                            "INSERT INTO integration_outbox_meta (name, setting) VALUES (?, ?)",
                            NAME,
                            UUID.randomUUID().toString()));
        } catch (DuplicateKeyException ex) {
            logger.trace("Another instance was first", ex);
        }
        return read(access).get(0);
    }

    private static List<String> read(JdbcAccess access) {
        return access.jdbc()
                .query(
                        "SELECT setting FROM integration_outbox_meta WHERE name = ?",
                        (row, index) -> Objects.requireNonNull(row.getString(1)),
                        NAME);
    }
}
