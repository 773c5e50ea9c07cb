package io.integrationkit.deadletter;

import io.integrationkit.deadletter.Tally.Change;
import io.integrationkit.deadletter.Tally.Place;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.jdbc.LockConflicts;
import io.integrationkit.jdbc.OneOf;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Keeps the numbers of entries, in the table {@code integration_dead_letter_tally}: how many there are of a place is the
 * sum over its rows.
 *
 * <ol>
 *   <li><b>Write</b>: whoever changes entries holds their row locks, knows what they were, and adds rows that say what is
 *       more and what is fewer, in the same transaction. Rows are added and never changed, so writers do not wait for each
 *       other; a crash, or a rollback, leaves neither the change nor its rows.
 *   <li><b>Fold</b>: rows of a place are replaced by one, a batch in a transaction; rows that somebody else folds are
 *       passed over. A crash leaves the batch as it was. A reader sees the rows before or the one after, never both.
 *   <li><b>Count again</b>: one statement reads numbers and rows as of one moment; where they differ, the rows it read are
 *       replaced by what was counted. What is written after that moment is added to the new ones as it would have been to
 *       the old. If one of the rows is gone, somebody else was faster and nothing is done. This is for entries that were
 *       changed by hand, or were there before the table was.
 * </ol>
 */
final class JdbcTally {

    private static final String INSERT = "insert into integration_dead_letter_tally (" + Place.COLUMNS
            + ", entries, last_failed_at) values (?, ?, ?, ?, ?, ?, ?)";

    private static final String ONE_MORE_ROW = ", (?, ?, ?, ?, ?, ?, ?)";

    private static final int ROWS_OF_INSERT = 1_000;

    private static final String LOCK = "select seq, " + Place.COLUMNS + ", entries, last_failed_at"
            + " from integration_dead_letter_tally where fingerprint %s ? order by fingerprint, seq limit ?"
            + " for update skip locked";

    /** Asked first, since a lock is a write. */
    private static final String TO_FOLD =
            "select count(*) from (select 1 as one from integration_dead_letter_tally group by " + Place.COLUMNS
                    + " having count(*) > 1 or sum(entries) = 0) places";

    private static final String COUNT_AGAIN = "select cast(null as %s) as seq, " + Place.COLUMNS
            + ", count(*) as entries, max(last_failed_at) as last_failed_at from integration_dead_letter group by "
            + Place.COLUMNS + " union all select seq, " + Place.COLUMNS
            + ", entries, last_failed_at from integration_dead_letter_tally";

    private final JdbcAccess access;

    private final JdbcOperations jdbc;

    private final int batch;

    private final String countAgain;

    /** Creates a tally that folds so many rows in a transaction. */
    JdbcTally(JdbcAccess access, int batch) {
        this.access = access;
        this.jdbc = access.jdbc();
        this.batch = batch;
        this.countAgain = COUNT_AGAIN.formatted(access.database().speaksMySql() ? "signed" : "bigint");
    }

    /** Writes changes; within the transaction that makes them. */
    void write(Tally tally) {
        insert(tally.changes());
    }

    private void insert(Map<Place, Change> changes) {
        List<Map.Entry<Place, Change>> rows = List.copyOf(changes.entrySet());
        for (int from = 0; from < rows.size(); from += ROWS_OF_INSERT) {
            List<Map.Entry<Place, Change>> some = rows.subList(from, Math.min(rows.size(), from + ROWS_OF_INSERT));
            List<@Nullable Object> values = new ArrayList<>();
            some.forEach((row) -> add(values, row.getKey(), row.getValue()));
            this.jdbc.update(INSERT + ONE_MORE_ROW.repeat(some.size() - 1), values.toArray());
        }
    }

    private void add(List<@Nullable Object> values, Place place, Change change) {
        values.add(place.kind().name());
        values.add(place.name());
        values.add(place.category().name());
        values.add(place.fingerprint());
        values.add(place.status().name());
        values.add(change.entries());
        values.add((change.lastFailedAt() != null) ? this.access.database().parameter(change.lastFailedAt()) : null);
    }

    /** Makes one row of those of each place; returns how many rows there are fewer. */
    int fold() {
        Long places = this.jdbc.queryForObject(TO_FOLD, Long.class);
        if (places == null || places == 0) {
            return 0;
        }
        int fewer = 0;
        String from = "";
        boolean behind = false;
        while (true) {
            String first = from;
            String operator = behind ? ">" : ">=";
            Folded folded = inTransaction(() -> fold(first, operator));
            fewer += folded.fewer();
            if (folded.rows() < this.batch) {
                return fewer;
            }
            // Rows of one fingerprint that fill a batch are read again as long as that makes them fewer. They all are
            // folded so, since a fingerprint has far fewer places than a batch has rows.
            behind = folded.first().equals(folded.last()) && folded.fewer() == 0;
            from = folded.last();
        }
    }

    private Folded fold(String from, String operator) {
        List<Row> rows = this.jdbc.query(LOCK.formatted(operator), this::row, from, this.batch);
        if (rows.isEmpty()) {
            return new Folded(0, 0, from, from);
        }
        Tally sums = new Tally();
        Map<Place, Integer> sizes = new HashMap<>();
        for (Row row : rows) {
            sums.entered(row.place(), row.change().entries(), row.change().lastFailedAt());
            sizes.merge(row.place(), 1, Integer::sum);
        }
        Map<Place, Change> left = new HashMap<>();
        Set<Long> folded = new HashSet<>();
        for (Row row : rows) {
            Change sum = sums.changes().get(row.place());
            if (sum != null && (sum.entries() == 0 || sizes.getOrDefault(row.place(), 0) > 1)) {
                folded.add(row.seq());
                if (sum.entries() != 0) {
                    left.put(row.place(), sum);
                }
            }
        }
        delete(folded);
        insert(left);
        return new Folded(
                rows.size(),
                folded.size() - left.size(),
                rows.get(0).place().fingerprint(),
                rows.get(rows.size() - 1).place().fingerprint());
    }

    private int delete(Set<Long> rows) {
        OneOf deleted = OneOf.numbers(this.access.database(), "seq", rows);
        return this.jdbc.update("delete from integration_dead_letter_tally where " + deleted.sql(), deleted.after());
    }

    /** Counts the entries again; returns whether the rows had to be replaced. */
    boolean countAgain() {
        try {
            return inTransaction(this::replaceIfWrong);
        } catch (FasterException ex) {
            return false;
        }
    }

    private boolean replaceIfWrong() {
        Tally counted = new Tally();
        Tally written = new Tally();
        Set<Long> rows = new HashSet<>();
        this.jdbc.query(this.countAgain, (row) -> {
            long seq = row.getLong("seq");
            boolean isWritten = !row.wasNull();
            if (isWritten) {
                rows.add(seq);
            }
            Change change = Change.of(row, this.access.database());
            (isWritten ? written : counted).entered(Place.of(row), change.entries(), change.lastFailedAt());
        });
        if (numbers(counted).equals(numbers(written))) {
            return false;
        }
        if (delete(rows) != rows.size()) {
            throw new FasterException();
        }
        insert(counted.changes());
        return true;
    }

    private static Map<Place, Long> numbers(Tally tally) {
        return tally.changes().entrySet().stream()
                .filter((each) -> each.getValue().entries() != 0)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, (each) -> each.getValue().entries()));
    }

    private <T> T inTransaction(Supplier<T> work) {
        return LockConflicts.<T>retried(this.access.database(), () -> this.access.<T>inNewTransaction(work));
    }

    private Row row(ResultSet row, int index) throws SQLException {
        return new Row(row.getLong("seq"), Place.of(row), Change.of(row, this.access.database()));
    }

    private record Row(long seq, Place place, Change change) {}

    /** A batch: how many rows it had, how many there are fewer now, and where it began and ended. */
    private record Folded(int rows, int fewer, String first, String last) {}

    /** Somebody else has replaced rows that were read; undoes what was begun. */
    private static final class FasterException extends RuntimeException {

        private static final long serialVersionUID = 1L;
    }
}
