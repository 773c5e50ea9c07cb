package io.integrationkit.deadletter;

import io.integrationkit.call.PayloadCodec;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.jdbc.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads rows of the dead-letter table. */
final class DeadLetterRows {

    /** The columns an entry is made of: what an operator sees, and so neither arguments nor payload nor headers. */
    static final String COLUMNS = """
            id, kind, name, entry_key, message_id, event_type, category, exception_type, message, fingerprint, \
            attempts, first_failed_at, last_failed_at, correlation_id, status, replays, note""";

    /** The columns a claim needs besides. */
    static final String CONTENT_COLUMNS =
            "arguments, event_version, content_type, headers, payload, owner, epoch, revision";

    private final PayloadCodec codec;

    private final Database database;

    DeadLetterRows(PayloadCodec codec, Database database) {
        this.codec = codec;
        this.database = database;
    }

    DeadLetter letter(ResultSet row, int index) throws SQLException {
        return new DeadLetter(
                text(row, "id"),
                DeadLetter.Kind.valueOf(text(row, "kind")),
                text(row, "name"),
                row.getString("entry_key"),
                row.getString("message_id"),
                row.getString("event_type"),
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
                row.getString("note"));
    }

    Claim claim(ResultSet row, int index) throws SQLException {
        DeadLetter letter = letter(row, index);
        return new Claim(
                letter, content(letter, row), text(row, "owner"), row.getLong("epoch"), row.getLong("revision"));
    }

    private Content content(DeadLetter letter, ResultSet row) throws SQLException {
        return switch (letter.kind()) {
            case CALL -> new Content.OfCall(text(row, "arguments"));
            case MESSAGE ->
                new Content.OfMessage(
                        text(row, "message_id"),
                        letter.eventType(),
                        row.getInt("event_version"),
                        row.getString("content_type"),
                        headers(row.getBytes("headers")),
                        required(row.getBytes("payload"), "payload"));
        };
    }

    /** Makes the columns that hold what is needed to do a call or message again. */
    Columns columns(Content content) {
        if (content instanceof Content.OfMessage message) {
            return new Columns(
                    null,
                    message.messageId(),
                    message.eventType(),
                    message.eventVersion(),
                    message.contentType(),
                    this.codec.write(message.headers()),
                    message.payload());
        }
        return new Columns(((Content.OfCall) content).arguments(), null, null, null, null, null, null);
    }

    private Map<String, String> headers(byte @Nullable [] json) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (json != null && this.codec.read(json, Map.class) instanceof Map<?, ?> stored) {
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
            byte @Nullable [] payload) {}
}
