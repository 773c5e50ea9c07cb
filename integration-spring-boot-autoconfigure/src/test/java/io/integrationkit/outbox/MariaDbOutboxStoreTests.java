package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.testsupport.MariaDbDatabase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The time zone of the session is not the one of the tables. */
class MariaDbOutboxStoreTests extends JdbcOutboxStoreContract {

    MariaDbOutboxStoreTests() {
        super(MariaDbDatabase.access("?sessionVariables=time_zone='+05:00'"));
    }

    @Test
    void readsTheRangesOfItsShardsAndNothingElse() {
        appendMany(4_000);
        Map<String, Long> work = workOf(() ->
                assertThat(opened().read(Outboxes.everything(100), Set.of())).hasSize(100 * Outboxes.SHARDS));
        assertThat(work.get("HANDLER_TMP_WRITE"))
                .as("rows of temporary tables, those of the counters included")
                .isLessThan(100);
        assertThat(work.get("HANDLER_READ_NEXT") + work.get("HANDLER_READ_RND_NEXT"))
                .as("rows read one after the other")
                .isLessThanOrEqualTo(100L * Outboxes.SHARDS);
    }

    @Test
    void deletesByThePrimaryKeyAndReadsNoOtherRow() {
        appendMany(4_000);
        List<StoredMessage.Row> rows = opened().read(Outboxes.everything(100), Set.of()).stream()
                .map(StoredMessage::row)
                .toList();
        Map<String, Long> work = workOf(() -> opened().delete(rows));
        assertThat(work.get("HANDLER_DELETE")).isEqualTo(rows.size());
        assertThat(work.get("HANDLER_READ_NEXT") + work.get("HANDLER_READ_RND_NEXT"))
                .as("rows read one after the other")
                .isZero();
    }

    private void appendMany(int count) {
        List<OutboxRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(Outboxes.record("m" + i, "key" + i));
        }
        opened().append(records);
    }

    /** What the server counts while the work is done; in a transaction, so that all is one session. */
    private Map<String, Long> workOf(Runnable work) {
        return access().inTransaction(() -> {
            access().jdbc().execute("FLUSH STATUS");
            work.run();
            Map<String, Long> counted = new HashMap<>();
            access().jdbc()
                    .query(
                            """
                            SELECT variable_name, variable_value FROM information_schema.session_status \
                            WHERE variable_name LIKE 'Handler%'""",
                            (row) -> {
                                counted.put(row.getString(1).toUpperCase(Locale.ROOT), row.getLong(2));
                            });
            return counted;
        });
    }
}
