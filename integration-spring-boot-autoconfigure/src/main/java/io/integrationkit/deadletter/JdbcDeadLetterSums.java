package io.integrationkit.deadletter;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.jdbc.OneOf;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * How many entries there are of what, asked of the tally, which is as short for many entries as for few, or of the entries
 * where a filter has conditions that are not tallied.
 */
final class JdbcDeadLetterSums {

    private static final String LARGEST = " order by entries desc, last_failed_at desc, name, fingerprint limit ?";

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
        Source source = Source.of(filter);
        Long count = this.jdbc.queryForObject(
                "select coalesce(%s, 0) from %s where ".formatted(source.entries, source.table) + condition.sql(),
                Long.class,
                condition.values());
        return (count != null) ? count : 0;
    }

    List<DeadLetterCount> counts(DeadLetterFilter filter) {
        FilterCondition condition = new FilterCondition(filter, this.database);
        Source source = Source.of(filter);
        return this.jdbc.query(
                "select status, category, %s from %s where ".formatted(source.entries, source.table)
                        + condition.sql()
                        + " group by status, category having %s > 0 order by status, category"
                                .formatted(source.entries),
                (row, number) -> new DeadLetterCount(
                        DeadLetter.Status.valueOf(row.getString(1)),
                        FailureCategory.valueOf(row.getString(2)),
                        row.getLong(3)),
                condition.values());
    }

    List<DeadLetterGroup> groups(DeadLetterFilter filter, int limit) {
        List<Sum> sums = (Source.of(filter) == Source.TALLY) ? talliedGroups(filter, limit) : readGroups(filter, limit);
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

    private List<Sum> readGroups(DeadLetterFilter filter, int limit) {
        FilterCondition condition = new FilterCondition(filter, this.database);
        return this.jdbc.query(
                """
                select fingerprint, kind, name, category, count(*) as entries, max(last_failed_at) as last_failed_at, \
                min(seq) as oldest, max(seq) as newest from integration_dead_letter where \
                """ + condition.sql() + " group by fingerprint, kind, name, category" + LARGEST,
                this::sum,
                condition.values(limit));
    }

    /** The first and the last of each group are looked up in the index of fingerprints. */
    private List<Sum> talliedGroups(DeadLetterFilter filter, int limit) {
        FilterCondition condition = new FilterCondition(filter, this.database);
        String end = """
                (select seq from integration_dead_letter where fingerprint = tallied.fingerprint and kind = tallied.kind \
                and name = tallied.name and category = tallied.category and %s order by seq %s limit 1)""";
        String largest = """
                select fingerprint, kind, name, category, sum(entries) as entries, max(last_failed_at) as last_failed_at \
                from integration_dead_letter_tally where %s group by fingerprint, kind, name, category \
                having sum(entries) > 0""".formatted(condition.sql()) + LARGEST;
        List<Object> values = new ArrayList<>();
        Collections.addAll(values, condition.values());
        Collections.addAll(values, condition.values());
        Collections.addAll(values, condition.values(limit));
        return this.jdbc
                .query(
                        "select tallied.*, %s as oldest, %s as newest from (%s) tallied"
                                .formatted(
                                        end.formatted(condition.sql(), "asc"),
                                        end.formatted(condition.sql(), "desc"),
                                        largest),
                        this::sum,
                        values.toArray())
                .stream()
                .sorted(Sum.LARGEST)
                .toList();
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
            OneOf wanted = OneOf.numbers(this.database, "seq", positions);
            this.jdbc
                    .query(
                            "select %s from integration_dead_letter where %s"
                                    .formatted(DeadLetterRows.COLUMNS, wanted.sql()),
                            this.rows::letter,
                            wanted.after())
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

    /** A group without what only its entries tell. */
    private record Sum(
            String fingerprint,
            DeadLetter.Kind kind,
            String name,
            FailureCategory category,
            long count,
            Instant lastFailedAt,
            long oldest,
            long newest) {

        static final Comparator<Sum> LARGEST = Comparator.comparingLong(Sum::count)
                .thenComparing(Sum::lastFailedAt)
                .reversed()
                .thenComparing(Sum::name)
                .thenComparing(Sum::fingerprint);

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

    /** Where the numbers are. */
    private enum Source {
        TALLY("integration_dead_letter_tally", "sum(entries)"),
        ENTRIES("integration_dead_letter", "count(*)");

        private final String table;

        private final String entries;

        Source(String table, String entries) {
            this.table = table;
            this.entries = entries;
        }

        static Source of(DeadLetterFilter filter) {
            boolean tallied = filter.key() == null
                    && filter.eventType() == null
                    && filter.tenant() == null
                    && filter.text() == null
                    && filter.failedSince() == null
                    && filter.failedBefore() == null;
            return tallied ? TALLY : ENTRIES;
        }
    }
}
