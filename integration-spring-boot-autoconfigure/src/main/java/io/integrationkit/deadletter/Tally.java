package io.integrationkit.deadletter;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.jdbc.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** By how much the numbers of entries change, each with the last failure that was met; used by one thread. */
final class Tally {

    private final Map<Place, Change> changes = new LinkedHashMap<>();

    /** An entry is stored for the first time. */
    static Tally of(GivenUp givenUp) {
        LastFailure failure = givenUp.failure();
        return new Tally()
                .entered(
                        new Place(
                                givenUp.kind(),
                                givenUp.name(),
                                failure.category(),
                                failure.fingerprint(),
                                givenUp.status()),
                        1,
                        failure.at());
    }

    /** An entry that was read under its lock gets another status. */
    Tally moved(DeadLetter before, DeadLetter.Status after) {
        Place place = Place.of(before);
        return left(place).entered(place.in(after), 1, before.lastFailedAt());
    }

    /** An entry that was read under its lock failed once more, and has a status after that. */
    Tally failed(DeadLetter before, LastFailure failure, DeadLetter.Status after) {
        Place place = new Place(before.kind(), before.name(), failure.category(), failure.fingerprint(), after);
        return left(Place.of(before)).entered(place, 1, failure.at());
    }

    Tally left(Place place) {
        return entered(place, -1, null);
    }

    Tally entered(Place place, long entries, @Nullable Instant lastFailedAt) {
        this.changes.merge(place, new Change(entries, lastFailedAt), Change::and);
        return this;
    }

    /** The changes; those of no entry tell of a failure all the same. */
    Map<Place, Change> changes() {
        return this.changes;
    }

    /** What is counted together. */
    record Place(
            DeadLetter.Kind kind, String name, FailureCategory category, String fingerprint, DeadLetter.Status status) {

        static final String COLUMNS = "kind, name, category, fingerprint, status";

        static Place of(DeadLetter letter) {
            return new Place(letter.kind(), letter.name(), letter.category(), letter.fingerprint(), letter.status());
        }

        static Place of(ResultSet row) throws SQLException {
            return new Place(
                    DeadLetter.Kind.valueOf(row.getString("kind")),
                    row.getString("name"),
                    FailureCategory.valueOf(row.getString("category")),
                    row.getString("fingerprint"),
                    DeadLetter.Status.valueOf(row.getString("status")));
        }

        Place in(DeadLetter.Status other) {
            return new Place(this.kind, this.name, this.category, this.fingerprint, other);
        }
    }

    /** So many entries more, or fewer, and the last failure of those that came. */
    record Change(long entries, @Nullable Instant lastFailedAt) {

        static Change of(ResultSet row, Database database) throws SQLException {
            return new Change(row.getLong("entries"), database.moment(row, "last_failed_at"));
        }

        Change and(Change other) {
            Instant last = (this.lastFailedAt == null
                            || (other.lastFailedAt != null && other.lastFailedAt.isAfter(this.lastFailedAt)))
                    ? other.lastFailedAt
                    : this.lastFailedAt;
            return new Change(this.entries + other.entries, last);
        }
    }
}
