package io.integrationkit.deadletter;

import io.integrationkit.call.PayloadCodec;
import io.integrationkit.jdbc.JdbcAccess;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.transaction.support.ResourceHolderSupport;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Entries in the table {@code integration_dead_letter}. */
final class JdbcDeadLetterStore implements DeadLetterStore {

    private static final String INSERT = """
            insert into integration_dead_letter (category, exception_type, message, fingerprint, attempts, \
            last_failed_at, correlation_id, entry_key, tenant, compensation, arguments, event_type, event_version, \
            content_type, headers, payload, cipher, status, id, kind, name, message_id, first_failed_at, replays, revision, epoch) \
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0)""";

    private static final int ROWS_OF_FOLD = 10_000;

    private static final String FAILED_AGAIN = """
            update integration_dead_letter set category = ?, exception_type = ?, message = ?, fingerprint = ?, \
            attempts = attempts + ?, last_failed_at = ?, correlation_id = ?""";

    private static final String STORE_AGAIN = FAILED_AGAIN + """
            , entry_key = ?, tenant = ?, compensation = ?, arguments = ?, event_type = ?, event_version = ?, \
            content_type = ?, headers = ?, payload = ?, cipher = ?, status = ?, revision = revision + 1, closed_at = null, \
            closed_by = null, closed_reason = null where id = ?""";

    private static final String LOCK =
            "select " + DeadLetterRows.COLUMNS + " from integration_dead_letter where id = ?%s for update";

    static final String NOTE_FAILURE = FAILED_AGAIN + " where id = ?";

    private final JdbcAccess access;

    private final JdbcOperations jdbc;

    private final DeadLetterRows rows;

    private final JdbcTally tally;

    private final JdbcDeadLetterHistory history;

    private final JdbcDeadLetterClaims claims;

    private final JdbcDeadLetterSums sums;

    private final ClosedDeadLetters closed;

    JdbcDeadLetterStore(JdbcAccess access, PayloadCodec codec, @Nullable DeadLetterCipher cipher) {
        this.access = access;
        this.jdbc = access.jdbc();
        this.rows = new DeadLetterRows(codec, access.database(), new ContentSeal(cipher));
        this.tally = new JdbcTally(access, ROWS_OF_FOLD);
        this.history = new JdbcDeadLetterHistory(access, this.rows);
        this.claims = new JdbcDeadLetterClaims(access, this.rows, this.tally, this.history);
        this.sums = new JdbcDeadLetterSums(access, this.rows);
        this.closed = new ClosedDeadLetters(access, this.tally);
    }

    @Override
    public boolean canJoin() {
        return this.access.inTransaction()
                && !TransactionSynchronizationManager.isCurrentTransactionReadOnly()
                && !(TransactionSynchronizationManager.getResource(this.access.dataSource())
                                instanceof ResourceHolderSupport transaction
                        && transaction.isRollbackOnly());
    }

    @Override
    public void put(GivenUp givenUp, boolean join) {
        // Before there is a transaction: a cipher may have to ask somebody.
        DeadLetterRows.Columns content = this.rows.columns(givenUp.id(), givenUp.content());
        // A second time, because an entry that is closed may be deleted between the two statements.
        Supplier<Boolean> work = () -> insert(givenUp, content)
                || storeAgain(givenUp, content)
                || insert(givenUp, content)
                || storeAgain(givenUp, content);
        boolean stored = join ? this.access.inTransaction(work) : this.access.inNewTransaction(work);
        if (!stored) {
            throw new IllegalStateException("Dead letter " + givenUp.id() + " was deleted while it was stored again");
        }
    }

    private boolean insert(GivenUp givenUp, DeadLetterRows.Columns content) {
        LastFailure failure = givenUp.failure();
        boolean inserted = this.access
                .database()
                .insertIfAbsent(
                        this.jdbc,
                        INSERT,
                        this.rows
                                .values(failure)
                                .with(contentOf(givenUp, content))
                                .with(
                                        givenUp.status().name(),
                                        givenUp.id(),
                                        givenUp.kind().name(),
                                        givenUp.name(),
                                        content.messageId(),
                                        this.access.database().parameter(failure.at()))
                                .toArray());
        if (inserted) {
            this.tally.write(Tally.of(givenUp));
        }
        return inserted;
    }

    private boolean storeAgain(GivenUp givenUp, DeadLetterRows.Columns content) {
        DeadLetter before = lock(givenUp.id(), "");
        if (before == null) {
            return false;
        }
        if (before.closedAt() != null) {
            this.history.reopened(before.id());
        }
        boolean stays = before.status() == DeadLetter.Status.REPLAYING || before.status() == DeadLetter.Status.PARKED;
        DeadLetter.Status after = stays ? before.status() : givenUp.status();
        update(
                STORE_AGAIN,
                this.rows
                        .values(givenUp.failure())
                        .with(contentOf(givenUp, content))
                        .with(after.name(), givenUp.id()));
        this.tally.write(new Tally().failed(before, givenUp.failure(), after));
        return true;
    }

    private @Nullable DeadLetter lock(String id, String condition) {
        List<DeadLetter> letters = this.jdbc.query(LOCK.formatted(condition), this.rows::letter, id);
        return letters.isEmpty() ? null : letters.get(0);
    }

    private @Nullable Object[] contentOf(GivenUp givenUp, DeadLetterRows.Columns content) {
        return new @Nullable Object[] {
            givenUp.key(),
            givenUp.tenant(),
            givenUp.compensation().name(),
            content.arguments(),
            content.eventType(),
            content.eventVersion(),
            content.contentType(),
            content.headers(),
            content.payload(),
            content.cipher()
        };
    }

    @Override
    public void noteFailure(String id, LastFailure failure) {
        this.access.inNewTransaction(() -> {
            DeadLetter before = lock(id, " and status = 'REPLAYING'");
            if (before != null) {
                update(NOTE_FAILURE, this.rows.values(failure).with(id));
                this.tally.write(new Tally().failed(before, failure, before.status()));
            }
            return true;
        });
    }

    private void update(String sql, DeadLetterRows.Values values) {
        this.jdbc.update(sql, values.toArray());
    }

    @Override
    public Optional<DeadLetter> find(String id) {
        return this.jdbc
                .query(
                        "select " + DeadLetterRows.COLUMNS + " from integration_dead_letter where id = ?",
                        this.rows::letter,
                        Text.withoutNul(id))
                .stream()
                .findFirst();
    }

    @Override
    public Optional<StoredEntry> read(String id) {
        return this.jdbc
                .query(JdbcDeadLetterClaims.CLAIM_COLUMNS + " where id = ?", this.rows::entry, Text.withoutNul(id))
                .stream()
                .findFirst();
    }

    @Override
    public List<DeadLetter> list(DeadLetterFilter filter, long afterPosition, int limit) {
        FilterCondition condition = new FilterCondition(filter, this.access.database()).and("seq > ?", afterPosition);
        return page(condition, limit);
    }

    @Override
    public List<DeadLetter> replayable(DeadLetterFilter filter, long afterPosition, int limit) {
        FilterCondition condition = new FilterCondition(filter, this.access.database())
                .and(this.claims.selectable(filter.status()))
                .and("seq > ?", afterPosition);
        return page(condition, limit);
    }

    private List<DeadLetter> page(FilterCondition condition, int limit) {
        return this.jdbc.query(
                "select " + DeadLetterRows.COLUMNS + " from integration_dead_letter where " + condition.sql()
                        + " order by seq limit ?",
                this.rows::letter,
                condition.values(limit));
    }

    @Override
    public long count(DeadLetterFilter filter) {
        return this.sums.count(filter);
    }

    @Override
    public List<DeadLetterCount> counts(DeadLetterFilter filter) {
        return this.sums.counts(filter);
    }

    @Override
    public List<DeadLetterGroup> groups(DeadLetterFilter filter, int limit) {
        return this.sums.groups(filter, limit);
    }

    @Override
    public Optional<Instant> oldest(DeadLetterFilter filter) {
        return this.sums.oldest(filter);
    }

    @Override
    public int delete(List<String> ids) {
        return this.closed.delete(ids);
    }

    @Override
    public int deleteClosed(Duration age, int limit) {
        return this.closed.deleteExpired(age, limit);
    }

    @Override
    public OpenSelection selectOpen(DeadLetterFilter filter, Set<String> names) {
        return new JdbcOpenDeadLetters(this.access).select(filter, names);
    }

    @Override
    public List<OpenDeadLetter> listOpen(OpenSelection selection, long afterPosition, int limit) {
        return new JdbcOpenDeadLetters(this.access).page(selection, afterPosition, limit);
    }

    @Override
    public List<DeadLetterChange> history(String id) {
        return this.history.of(id);
    }

    @Override
    public void sumUp(boolean again) {
        if (again) {
            this.tally.countAgain();
        }
        this.tally.fold();
    }

    @Override
    public DeadLetterClaims claims() {
        return this.claims;
    }

    @Override
    public boolean durable() {
        return true;
    }
}
