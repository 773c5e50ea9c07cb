package io.integrationkit.deadletter;

import io.integrationkit.call.PayloadCodec;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.jdbc.JdbcAccess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.transaction.support.ResourceHolderSupport;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Entries in the table {@code integration_dead_letter}. */
final class JdbcDeadLetterStore implements DeadLetterStore {

    private static final String INSERT = """
            insert into integration_dead_letter (category, exception_type, message, fingerprint, attempts, \
            last_failed_at, correlation_id, entry_key, arguments, event_type, event_version, content_type, headers, \
            payload, id, kind, name, message_id, first_failed_at, status, replays, revision, epoch) \
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'NEW', 0, 0, 0)""";

    private static final String FAILED_AGAIN = """
            update integration_dead_letter set category = ?, exception_type = ?, message = ?, fingerprint = ?, \
            attempts = attempts + ?, last_failed_at = ?, correlation_id = ?""";

    private static final String STORE_AGAIN = FAILED_AGAIN + """
            , entry_key = ?, arguments = ?, event_type = ?, event_version = ?, content_type = ?, headers = ?, \
            payload = ?, revision = revision + 1, \
            status = case when status = 'REPLAYING' then status else 'NEW' end where id = ?""";

    private static final String NOTE_FAILURE = FAILED_AGAIN + " where id = ?";

    private static final String NOTE_FAILURE_OF_REPLAY = NOTE_FAILURE + " and status = 'REPLAYING'";

    private static final String CLAIMED = " where id = ? and status = 'REPLAYING' and owner = ? and epoch = ?";

    private static final String RESOLVE = """
            update integration_dead_letter set status = case when revision = ? then 'RESOLVED' else 'NEW' end, \
            replays = replays + 1, note = null, owner = null, lease_until = null""" + CLAIMED;

    private static final String REOPEN = """
            update integration_dead_letter set status = 'NEW', replays = replays + 1, note = ?, owner = null, \
            lease_until = null""" + CLAIMED;

    private static final String CLAIMABLE = "(status = 'NEW' or (status = 'REPLAYING' and lease_until < %s))";

    private final JdbcAccess access;

    private final JdbcOperations jdbc;

    private final DeadLetterRows rows;

    private final String claimable;

    private final String claim;

    private final String discard;

    JdbcDeadLetterStore(JdbcAccess access, PayloadCodec codec) {
        this.access = access;
        this.jdbc = access.jdbc();
        this.rows = new DeadLetterRows(codec, access.database());
        String clock = access.database().clock();
        this.claimable = CLAIMABLE.formatted(clock);
        this.claim = """
                update integration_dead_letter set status = 'REPLAYING', owner = ?, epoch = epoch + 1, \
                lease_until = %s where id = ? and %s""".formatted(access.database().clockPlusMillis(), this.claimable);
        this.discard = """
                update integration_dead_letter set status = 'DISCARDED', note = ?, owner = null, epoch = epoch + 1, \
                lease_until = null where id = ? and %s""".formatted(this.claimable);
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
        Supplier<Boolean> work = () -> insert(givenUp) || storeAgain(givenUp);
        boolean stored = join ? this.access.inTransaction(work) : this.access.inNewTransaction(work);
        if (!stored) {
            throw new IllegalStateException("Dead letter " + givenUp.id() + " was deleted while it was stored again");
        }
    }

    private boolean insert(GivenUp givenUp) {
        DeadLetterRows.Columns content = this.rows.columns(givenUp.content());
        return this.access
                .database()
                .insertIfAbsent(
                        this.jdbc,
                        INSERT,
                        values(
                                givenUp.failure(),
                                givenUp.key(),
                                content.arguments(),
                                content.eventType(),
                                content.eventVersion(),
                                content.contentType(),
                                content.headers(),
                                content.payload(),
                                givenUp.id(),
                                givenUp.kind().name(),
                                givenUp.name(),
                                content.messageId(),
                                this.access
                                        .database()
                                        .parameter(givenUp.failure().at())));
    }

    private boolean storeAgain(GivenUp givenUp) {
        DeadLetterRows.Columns content = this.rows.columns(givenUp.content());
        return update(
                STORE_AGAIN,
                givenUp.failure(),
                givenUp.key(),
                content.arguments(),
                content.eventType(),
                content.eventVersion(),
                content.contentType(),
                content.headers(),
                content.payload(),
                givenUp.id());
    }

    @Override
    public void noteFailure(String id, LastFailure failure) {
        this.access.inNewTransaction(() -> update(NOTE_FAILURE_OF_REPLAY, failure, id));
    }

    /** Runs a statement whose first values are those of a failure; tells whether it changed a row. */
    private boolean update(String sql, LastFailure failure, @Nullable Object... further) {
        return this.jdbc.update(sql, values(failure, further)) == 1;
    }

    private @Nullable Object[] values(LastFailure failure, @Nullable Object... further) {
        List<@Nullable Object> values = new ArrayList<@Nullable Object>(Arrays.<@Nullable Object>asList(
                failure.category().name(),
                failure.exceptionType(),
                failure.message(),
                failure.fingerprint(),
                failure.attempts(),
                this.access.database().parameter(failure.at()),
                failure.correlationId()));
        values.addAll(Arrays.asList(further));
        return values.toArray();
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
    public List<DeadLetter> list(DeadLetterFilter filter, @Nullable String afterId, int limit) {
        FilterCondition condition = new FilterCondition(filter, this.access.database());
        if (afterId != null) {
            condition.and("seq > ?", positionOf(afterId));
        }
        return this.jdbc.query(
                "select " + DeadLetterRows.COLUMNS + " from integration_dead_letter where " + condition.sql()
                        + " order by seq limit ?",
                this.rows::letter,
                condition.values(limit));
    }

    @Override
    public List<Candidate> claimable(DeadLetterFilter filter, long afterPosition, int limit) {
        FilterCondition condition = new FilterCondition(filter, this.access.database())
                .and(this.claimable)
                .and("seq > ?", afterPosition);
        return this.jdbc.query(
                "select seq, id from integration_dead_letter where " + condition.sql() + " order by seq limit ?",
                (row, index) -> new Candidate(row.getLong("seq"), row.getString("id")),
                condition.values(limit));
    }

    private long positionOf(String id) {
        List<Long> positions = this.jdbc.query(
                "select seq from integration_dead_letter where id = ?",
                (row, index) -> row.getLong("seq"),
                Text.withoutNul(id));
        if (positions.isEmpty()) {
            throw new ProblemException(
                    ProblemCode.DEAD_LETTER_NOT_FOUND,
                    FailureCategory.VALIDATION,
                    "there is no dead letter " + Text.line(id));
        }
        return positions.get(0);
    }

    @Override
    public long count(DeadLetterFilter filter) {
        FilterCondition condition = new FilterCondition(filter, this.access.database());
        Long count = this.jdbc.queryForObject(
                "select count(*) from integration_dead_letter where " + condition.sql(),
                Long.class,
                condition.values());
        return (count != null) ? count : 0;
    }

    @Override
    public @Nullable Claim claim(String id, String owner, Duration lease) {
        return this.access.<@Nullable Claim>inNewTransaction(() -> {
            if (this.jdbc.update(this.claim, owner, lease.toMillis(), id) == 0) {
                return null;
            }
            return this.jdbc.queryForObject(
                    "select %s, %s from integration_dead_letter where id = ?"
                            .formatted(DeadLetterRows.COLUMNS, DeadLetterRows.CONTENT_COLUMNS),
                    this.rows::claim,
                    id);
        });
    }

    @Override
    public boolean resolve(Claim claim, Runnable together) {
        return this.access.inNewTransaction(() -> {
            boolean held =
                    this.jdbc.update(RESOLVE, claim.revision(), claim.letter().id(), claim.owner(), claim.epoch()) == 1;
            if (held) {
                together.run();
            }
            return held;
        });
    }

    @Override
    public boolean reopen(Claim claim, @Nullable LastFailure failure, String note) {
        String id = claim.letter().id();
        return this.access.inNewTransaction(() -> {
            boolean held = this.jdbc.update(REOPEN, note, id, claim.owner(), claim.epoch()) == 1;
            if (held && failure != null) {
                update(NOTE_FAILURE, failure, id);
            }
            return held;
        });
    }

    @Override
    public boolean discard(String id, String reason, Consumer<DeadLetter> told) {
        return this.access.inNewTransaction(() -> {
            boolean closed = this.jdbc.update(this.discard, reason, id) == 1;
            if (closed) {
                find(id).ifPresent(told);
            }
            return closed;
        });
    }

    @Override
    public boolean durable() {
        return true;
    }
}
