package io.integrationkit.deadletter;

import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.jdbc.OneOf;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** What a selection would replay, read from the table {@code integration_dead_letter}. */
final class JdbcOpenDeadLetters {

    private final JdbcAccess access;

    JdbcOpenDeadLetters(JdbcAccess access) {
        this.access = access;
    }

    OpenSelection select(DeadLetterFilter filter, Set<String> names) {
        FilterCondition condition = condition(filter, names);
        return Objects.requireNonNull(this.access
                .jdbc()
                .queryForObject(
                        "select count(*), coalesce(max(seq), 0) from integration_dead_letter where " + condition.sql(),
                        (row, index) -> new OpenSelection(filter, names, row.getLong(2), row.getLong(1)),
                        condition.values()));
    }

    List<OpenDeadLetter> page(OpenSelection selection, long afterPosition, int limit) {
        FilterCondition condition = condition(selection.filter(), selection.names())
                .and("seq > ?", afterPosition)
                .and("seq <= ?", selection.upTo());
        return this.access
                .jdbc()
                .query(
                        "select seq, id, kind, name, entry_key from integration_dead_letter where " + condition.sql()
                                + " order by seq limit ?",
                        (row, index) -> new OpenDeadLetter(
                                row.getLong("seq"),
                                row.getString("id"),
                                DeadLetter.Kind.valueOf(row.getString("kind")),
                                row.getString("name"),
                                row.getString("entry_key")),
                        condition.values(limit));
    }

    private FilterCondition condition(DeadLetterFilter filter, Set<String> names) {
        DeadLetter.Status asked = filter.status();
        FilterCondition condition = new FilterCondition(filter.withStatus(null), this.access.database());
        if (!names.isEmpty()) {
            condition.and(OneOf.texts(this.access.database(), "name", names));
        }
        return (asked == null || asked == DeadLetter.Status.NEW)
                ? condition.and("status in ('NEW', 'REPLAYING')")
                : condition.and("status = ?", asked.name());
    }
}
