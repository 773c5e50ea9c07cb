package io.integrationkit.deadletter;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.jdbc.core.JdbcOperations;

/** How many entries there are of what, asked of the table {@code integration_dead_letter}. */
final class JdbcDeadLetterSums {

    private final JdbcOperations jdbc;

    private final Database database;

    private final DeadLetterRows rows;

    JdbcDeadLetterSums(JdbcAccess access, DeadLetterRows rows) {
        this.jdbc = access.jdbc();
        this.database = access.database();
        this.rows = rows;
    }

    long count(DeadLetterFilter filter) {
        FilterCondition condition = new FilterCondition(filter, this.database);
        Long count = this.jdbc.queryForObject(
                "select count(*) from integration_dead_letter where " + condition.sql(),
                Long.class,
                condition.values());
        return (count != null) ? count : 0;
    }

    List<DeadLetterCount> counts(DeadLetterFilter filter) {
        FilterCondition condition = new FilterCondition(filter, this.database);
        return this.jdbc.query(
                "select status, category, count(*) from integration_dead_letter where " + condition.sql()
                        + " group by status, category order by status, category",
                (row, number) -> new DeadLetterCount(
                        DeadLetter.Status.valueOf(row.getString(1)),
                        FailureCategory.valueOf(row.getString(2)),
                        row.getLong(3)),
                condition.values());
    }

    List<DeadLetterGroup> groups(DeadLetterFilter filter, int limit) {
        FilterCondition condition = new FilterCondition(filter, this.database);
        List<Sum> sums = this.jdbc.query(
                """
                select fingerprint, kind, name, category, count(*) as entries, max(last_failed_at) as last_failed_at, \
                min(seq) as oldest, max(seq) as newest from integration_dead_letter where \
                """ + condition.sql()
                        + " group by fingerprint, kind, name, category order by entries desc, newest desc limit ?",
                this::sum,
                condition.values(limit));
        Map<Long, DeadLetter> ends = entries(sums.stream()
                .flatMap((sum) -> Stream.of(sum.oldest(), sum.newest()))
                .distinct()
                .toList());
        List<DeadLetterGroup> groups = new ArrayList<>();
        for (Sum sum : sums) {
            DeadLetter newest = ends.get(sum.newest());
            // Closed entries may be deleted in between; a group whose newest one is gone is of no use any more.
            if (newest != null) {
                groups.add(sum.group(ends.getOrDefault(sum.oldest(), newest), newest));
            }
        }
        return groups;
    }

    private Sum sum(ResultSet row, int number) throws SQLException {
        return new Sum(
                row.getString("fingerprint"),
                DeadLetter.Kind.valueOf(row.getString("kind")),
                row.getString("name"),
                FailureCategory.valueOf(row.getString("category")),
                row.getLong("entries"),
                Objects.requireNonNull(this.database.moment(row, "last_failed_at")),
                row.getLong("oldest"),
                row.getLong("newest"));
    }

    private Map<Long, DeadLetter> entries(List<Long> positions) {
        Map<Long, DeadLetter> entries = new HashMap<>();
        if (!positions.isEmpty()) {
            String marks = String.join(", ", Collections.nCopies(positions.size(), "?"));
            this.jdbc
                    .query(
                            "select %s from integration_dead_letter where seq in (%s)"
                                    .formatted(DeadLetterRows.COLUMNS, marks),
                            this.rows::letter,
                            positions.toArray())
                    .forEach((entry) -> entries.put(entry.position(), entry));
        }
        return entries;
    }

    Optional<Instant> oldest(DeadLetterFilter filter) {
        FilterCondition condition = new FilterCondition(filter, this.database);
        return this.jdbc
                .query(
                        "select first_failed_at from integration_dead_letter where " + condition.sql()
                                + " order by seq limit 1",
                        this::firstFailedAt,
                        condition.values())
                .stream()
                .findFirst();
    }

    private Instant firstFailedAt(ResultSet row, int number) throws SQLException {
        return Objects.requireNonNull(this.database.moment(row, "first_failed_at"));
    }

    /** A group without what only the rows tell: all of it is in one index. */
    private record Sum(
            String fingerprint,
            DeadLetter.Kind kind,
            String name,
            FailureCategory category,
            long count,
            Instant lastFailedAt,
            long oldest,
            long newest) {

        DeadLetterGroup group(DeadLetter first, DeadLetter last) {
            return new DeadLetterGroup(
                    this.fingerprint,
                    this.kind,
                    this.name,
                    this.category,
                    this.count,
                    first.firstFailedAt(),
                    this.lastFailedAt,
                    last.id(),
                    last.exceptionType(),
                    last.message());
        }
    }
}
