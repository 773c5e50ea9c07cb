package io.integrationkit.deadletter;

import io.integrationkit.call.Compensation;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.jdbc.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads rows of the dead-letter table. */
final class DeadLetterRows {

    /** The columns an entry is made of: what an operator sees, and so neither arguments nor payload nor headers. */
    static final String COLUMNS = """
            seq, id, kind, name, entry_key, message_id, event_type, event_version, tenant, category, exception_type, \
            message, fingerprint, attempts, first_failed_at, last_failed_at, correlation_id, status, replays, \
            compensation, closed_at, note""";

    /** The columns a claim needs besides. */
    static final String CONTENT_COLUMNS = "arguments, content_type, headers, payload, cipher, owner, epoch, revision";

    private static final Logger logger = LoggerFactory.getLogger(DeadLetterRows.class);

    private final PayloadCodec codec;

    private final Database database;

    private final ContentSeal seal;

    DeadLetterRows(PayloadCodec codec, Database database, ContentSeal seal) {
        this.codec = codec;
        this.seal = seal;
        this.database = database;
    }

    DeadLetter letter(ResultSet row, int index) throws SQLException {
        return new DeadLetter(
                row.getLong("seq"),
                text(row, "id"),
                DeadLetter.Kind.valueOf(text(row, "kind")),
                text(row, "name"),
                row.getString("entry_key"),
                row.getString("message_id"),
                row.getString("event_type"),
                row.getObject("event_version", Integer.class),
                row.getString("tenant"),
                FailureCategory.valueOf(text(row, "category")),
                text(row, "exception_type"),
                text(row, "message"),
                text(row, "fingerprint"),
                row.getInt("attempts"),
                instant(row, "first_failed_at"),
                instant(row, "last_failed_at"),
                row.getString("correlation_id"),
                DeadLetter.Status.valueOf(text(row, "status")),
                row.getInt("replays"),
                Compensation.valueOf(text(row, "compensation")),
                this.database.moment(row, "closed_at"),
                row.getString("note"));
    }

    Claim claim(ResultSet row, int index) throws SQLException {
        DeadLetter letter = letter(row, index);
        String owner = Objects.requireNonNullElse(row.getString("owner"), "");
        return new Claim(letter, content(letter, row), owner, row.getLong("epoch"), row.getLong("revision"));
    }

    DeadLetterChange change(ResultSet row, int index) throws SQLException {
        return new DeadLetterChange(
                instant(row, "happened_at"),
                DeadLetterChange.Action.valueOf(text(row, "action")),
                text(row, "actor"),
                row.getString("reason"));
    }

    /** Reads an entry even if its content cannot be decrypted. */
    StoredEntry entry(ResultSet row, int index) throws SQLException {
        DeadLetter letter = letter(row, index);
        try {
            return new StoredEntry(letter, content(letter, row));
        } catch (ProblemException ex) {
            logger.warn("{}", ex.getMessage());
            return new StoredEntry(letter, null);
        }
    }

    private Content content(DeadLetter letter, ResultSet row) throws SQLException {
        String id = letter.id();
        String key = row.getString("cipher");
        return switch (letter.kind()) {
            case CALL -> new Content.OfCall(this.seal.openText(id, "arguments", text(row, "arguments"), key));
            case MESSAGE ->
                new Content.OfMessage(
                        text(row, "message_id"),
                        letter.eventType(),
                        row.getInt("event_version"),
                        row.getString("content_type"),
                        headers(this.seal.open(id, "headers", bytes(row, "headers"), key)),
                        this.seal.open(id, "payload", bytes(row, "payload"), key));
        };
    }

    /** Makes the columns that hold what is needed to do a call or message again, encrypted if there is a cipher. */
    Columns columns(String id, Content content) {
        return this.seal.seal(id, columns(content));
    }

    private Columns columns(Content content) {
        if (content instanceof Content.OfMessage message) {
            return new Columns(
                    null,
                    message.messageId(),
                    message.eventType(),
                    message.eventVersion(),
                    message.contentType(),
                    this.codec.write(message.headers()),
                    message.payload(),
                    null);
        }
        return new Columns(((Content.OfCall) content).arguments(), null, null, null, null, null, null, null);
    }

    /** Begins the values of a statement with those of a failure. */
    Values values(LastFailure failure) {
        return new Values()
                .with(
                        failure.category().name(),
                        failure.exceptionType(),
                        failure.message(),
                        failure.fingerprint(),
                        failure.attempts(),
                        this.database.parameter(failure.at()),
                        failure.correlationId());
    }

    private Map<String, String> headers(byte[] json) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (this.codec.read(json, Map.class) instanceof Map<?, ?> stored) {
            stored.forEach((name, value) -> headers.put(String.valueOf(name), String.valueOf(value)));
        }
        return headers;
    }

    private Instant instant(ResultSet row, String column) throws SQLException {
        return required(this.database.moment(row, column), column);
    }

    private static String text(ResultSet row, String column) throws SQLException {
        return required(row.getString(column), column);
    }

    private static byte[] bytes(ResultSet row, String column) throws SQLException {
        return required(row.getBytes(column), column);
    }

    private static <T> T required(@Nullable T value, String column) {
        return Objects.requireNonNull(value, () -> "integration_dead_letter." + column + " is null");
    }

    /** The content's columns; those that the kind of content does not have are null. */
    record Columns(
            @Nullable String arguments,
            @Nullable String messageId,
            @Nullable String eventType,
            @Nullable Integer eventVersion,
            @Nullable String contentType,
            byte @Nullable [] headers,
            byte @Nullable [] payload,
            @Nullable String cipher) {}

    /** The values of a statement, in their order. */
    static final class Values {

        private final List<@Nullable Object> values = new ArrayList<>();

        Values with(@Nullable Object... further) {
            this.values.addAll(Arrays.asList(further));
            return this;
        }

        @Nullable
        Object[] toArray() {
            return this.values.toArray();
        }
    }
}
