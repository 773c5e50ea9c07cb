package io.integrationkit.deadletter;

import io.integrationkit.deadletter.DeadLetterChange.Action;
import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.jdbc.OneOf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * What was done to entries, in the table {@code integration_dead_letter_history}. Who closed an entry, when and why stands
 * in the entry alone while it is closed, since most are closed once and never opened again.
 */
final class JdbcDeadLetterHistory {

    private static final String CLOSING = """
            select closed_at as happened_at, case when status = 'RESOLVED' then 'REPLAYED' else 'DISCARDED' end as action, \
            closed_by as actor, closed_reason as reason from integration_dead_letter where closed_by is not null and id""";

    private static final String OF_ENTRY =
            "select happened_at, action, actor, reason from integration_dead_letter_history where entry_id = ? order by happened_at, seq";

    private final JdbcOperations jdbc;

    private final Database database;

    private final DeadLetterRows rows;

    private final String note;

    JdbcDeadLetterHistory(JdbcAccess access, DeadLetterRows rows) {
        this.jdbc = access.jdbc();
        this.database = access.database();
        this.rows = rows;
        this.note = """
                insert into integration_dead_letter_history (entry_id, happened_at, action, actor, reason) \
                select id, %s, ?, ?, ? from integration_dead_letter where""".formatted(access.database().clock()) + " ";
    }

    /** Lists what was done to an entry, oldest first. */
    List<DeadLetterChange> of(String id) {
        List<DeadLetterChange> changes =
                new ArrayList<>(this.jdbc.query(OF_ENTRY, this.rows::change, Text.withoutNul(id)));
        for (DeadLetterChange closing : this.jdbc.query(CLOSING + " = ?", this.rows::change, Text.withoutNul(id))) {
            int place = changes.size();
            while (place > 0 && changes.get(place - 1).at().isAfter(closing.at())) {
                place--;
            }
            changes.add(place, closing);
        }
        return changes;
    }

    int note(String id, Action action, String actor, @Nullable String reason) {
        return this.jdbc.update(this.note + "id = ?", action.name(), actor, reason, id);
    }

    void noteAll(List<String> ids, Action action, Intervention by) {
        OneOf wanted = OneOf.texts(this.database, "id", ids);
        this.jdbc.update(this.note + wanted.sql(), wanted.after(action.name(), by.actor(), by.reason()));
    }

    /** Takes the closing of an entry over, before the entry is opened again. */
    void reopened(String id) {
        this.jdbc.update("""
                insert into integration_dead_letter_history (entry_id, happened_at, action, actor, reason) \
                select ?, closing.happened_at, closing.action, closing.actor, closing.reason from (%s = ?) closing""".formatted(CLOSING), id, id);
    }
}
