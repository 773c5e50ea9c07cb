package io.integrationkit.deadletter;

import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.OneOf;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A filter as an SQL condition. Values are bound, never written into the statement. */
final class FilterCondition {

    private final StringBuilder sql = new StringBuilder("1 = 1");

    private final List<Object> values = new ArrayList<>();

    FilterCondition(DeadLetterFilter filter, Database database) {
        and("kind = ?", name(filter.kind()));
        and("name = ?", Text.withoutNul(filter.name()));
        and("category = ?", name(filter.category()));
        and("status = ?", name(filter.status()));
        and("entry_key = ?", Text.withoutNul(filter.key()));
        and("fingerprint = ?", Text.withoutNul(filter.fingerprint()));
        and("event_type = ?", Text.withoutNul(filter.eventType()));
        and("tenant = ?", Text.withoutNul(filter.tenant()));
        if (filter.text() != null) {
            String part = "%" + escaped(filter.text().toLowerCase(Locale.ROOT)) + "%";
            this.sql.append(" and (lower(message) like ? escape '!' or lower(exception_type) like ? escape '!')");
            this.values.addAll(List.of(part, part));
        }
        if (filter.failedSince() != null) {
            and("last_failed_at >= ?", database.parameter(filter.failedSince()));
        }
        if (filter.failedBefore() != null) {
            and("last_failed_at < ?", database.parameter(filter.failedBefore()));
        }
    }

    /** Literally: what stands for any text in a pattern stands for itself here. */
    private static String escaped(String text) {
        return text.replace('\0', '\uFFFD')
                .replace("!", "!!")
                .replace("%", "!%")
                .replace("_", "!_");
    }

    private static @Nullable String name(@Nullable Enum<?> constant) {
        return (constant != null) ? constant.name() : null;
    }

    FilterCondition and(String condition, @Nullable Object value) {
        if (value != null) {
            this.sql.append(" and ").append(condition);
            this.values.add(value);
        }
        return this;
    }

    FilterCondition and(OneOf values) {
        this.sql.append(" and ").append(values.sql());
        this.values.addAll(values.values());
        return this;
    }

    FilterCondition and(String condition) {
        this.sql.append(" and ").append(condition);
        return this;
    }

    String sql() {
        return this.sql.toString();
    }

    Object[] values(Object... more) {
        List<Object> all = new ArrayList<>(this.values);
        all.addAll(List.of(more));
        return all.toArray();
    }
}
