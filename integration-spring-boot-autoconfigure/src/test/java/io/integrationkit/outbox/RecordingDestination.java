package io.integrationkit.outbox;

import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Notes what is sent and answers as the test says; by default it acknowledges at once. */
final class RecordingDestination implements MessageDestination {

    private final List<Sent> sent = new ArrayList<>();

    private final List<String> accepted;

    private Function<OutboxRecord, @Nullable Failure> answer = (record) -> null;

    private boolean answering = true;

    RecordingDestination(String... accepted) {
        this.accepted = List.of(accepted);
    }

    RecordingDestination answer(Function<OutboxRecord, @Nullable Failure> newAnswer) {
        this.answer = newAnswer;
        return this;
    }

    RecordingDestination refuse(String messageId) {
        return answer((record) -> record.messageId().equals(messageId) ? Failure.of(FailureCategory.PERMANENT) : null);
    }

    /** From now on the test ends each send itself. */
    RecordingDestination holdBack() {
        this.answering = false;
        return this;
    }

    RecordingDestination answerAtOnce() {
        this.answering = true;
        return this;
    }

    @Override
    public boolean accepts(String destination) {
        return this.accepted.contains(destination);
    }

    @Override
    public boolean keepsOrder() {
        return true;
    }

    @Override
    public synchronized void send(OutboxRecord message, Completion completion) {
        Sent begun = new Sent(message, completion);
        this.sent.add(begun);
        if (this.answering) {
            begun.end(this.answer.apply(message));
        }
    }

    synchronized List<Sent> sent() {
        return List.copyOf(this.sent);
    }

    List<String> ids() {
        return sent().stream().map((send) -> send.message().messageId()).toList();
    }

    record Sent(OutboxRecord message, Completion completion) {

        void end(@Nullable Failure failure) {
            if (failure == null) {
                this.completion.acknowledged();
            } else {
                this.completion.failed(failure, new IllegalStateException("answer of the test"));
            }
        }
    }
}
