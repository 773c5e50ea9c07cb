package io.integrationkit.outbox;

import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;

/** Why a message is a dead letter although its destination did not refuse it just now, or cannot be replayed yet. */
final class MessageHeldException extends ProblemException {

    private static final long serialVersionUID = 1L;

    private MessageHeldException(ProblemCode code, FailureCategory category, String message) {
        super(code, category, message);
    }

    Failure failure() {
        return Failure.of(category());
    }

    static MessageHeldException of(StoredMessage message) {
        return new MessageHeldException(
                ProblemCode.OUTBOX_KEY_PARKED,
                FailureCategory.REJECTED,
                ("Message %s waits behind an earlier message of its key that '%s' refused: replay or discard them in"
                                + " order, or release the key (integration.outbox.on-refused=park-key)")
                        .formatted(
                                message.record().messageId(), message.record().destination()));
    }

    static MessageHeldException discarded(StoredMessage head, FailureCategory category, String problem) {
        return new MessageHeldException(
                ProblemCode.OUTBOX_KEY_BLOCKED,
                category,
                "Message %s blocked its key and was taken out of the way by an operator; '%s' had refused it (%s)"
                        .formatted(head.record().messageId(), head.record().destination(), problem));
    }

    static MessageHeldException notFirst(OutboxRecord record, String first) {
        return new MessageHeldException(
                ProblemCode.OUTBOX_REPLAY_ORDER,
                FailureCategory.REJECTED,
                "Message %s is parked behind message %s of the same key: replay or discard that one first"
                        .formatted(record.messageId(), first));
    }
}
