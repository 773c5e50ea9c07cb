package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.call.DeadLetteredException;
import io.integrationkit.event.EventHandler;
import io.integrationkit.event.EventHandlers;
import io.integrationkit.event.EventReader;
import io.integrationkit.event.EventType;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.testsupport.ManualTime;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;

class HandlerDestinationTests {

    private final ManualTime time = new ManualTime();

    private final Deque<Runnable> threads = new ArrayDeque<>();

    private final Handler handler = new Handler();

    private boolean threadsLeft = true;

    private final HandlerDestination destination = destination();

    private HandlerDestination destination() {
        DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
        beans.registerBeanDefinition(
                "shop",
                BeanDefinitionBuilder.genericBeanDefinition(Handler.class, () -> this.handler)
                        .getBeanDefinition());
        EventReader events = Outboxes.events();
        return new HandlerDestination(
                new LocalHandlers(EventHandlers.find(beans, events.versions().types())),
                events,
                (failure) -> Failure.of(FailureCategory.RATE_LIMIT),
                this::execute,
                this.time,
                Outboxes.spec());
    }

    private void execute(Runnable work) {
        if (!this.threadsLeft) {
            throw new RejectedExecutionException("no thread left");
        }
        this.threads.add(work);
    }

    private Answer send(String id, String json) {
        Answer answer = new Answer();
        this.destination.send(
                new OutboxRecord(
                        id,
                        "handler:shop.on",
                        "k",
                        "sold",
                        1,
                        null,
                        Map.of("ce_id", id),
                        json.getBytes(StandardCharsets.UTF_8)),
                answer);
        return answer;
    }

    private void runNext() {
        this.threads.remove().run();
    }

    @Test
    void onlyHandlersThatAreThereAreAccepted() {
        assertThat(this.destination.accepts("handler:shop.on")).isTrue();
        assertThat(this.destination.accepts("handler:shop.off")).isFalse();
        assertThat(this.destination.accepts("orders")).isFalse();
    }

    @Test
    void handledMessageIsAcknowledgedOnAnotherThreadThanTheRelays() {
        Answer answer = send("1", "{\"item\":\"pen\"}");
        assertThat(this.handler.sold).isEmpty();
        runNext();
        assertThat(this.handler.sold).containsExactly("pen");
        assertThat(answer.told).containsExactly("acknowledged");
    }

    @Test
    void failureIsClassified() {
        this.handler.failure = new IllegalStateException("x");
        Answer answer = send("1", "{}");
        runNext();
        assertThat(answer.told).containsExactly("RATE_LIMIT");
    }

    @Test
    void payloadThatDoesNotFitIsRefused() {
        Answer answer = send("1", "{not json");
        runNext();
        assertThat(answer.told).containsExactly("VALIDATION");
    }

    @Test
    void callThatIsADeadLetterOfItsOwnIsNotOwedTwice() {
        this.handler.failure = new DeadLetteredException("shop.on", "e-1", null);
        Answer answer = send("1", "{}");
        runNext();
        assertThat(answer.told).containsExactly("acknowledged");
    }

    @Test
    void withoutAThreadTheMessageComesAgain() {
        this.threadsLeft = false;
        assertThat(send("1", "{}").told).containsExactly("TEMPORARY");
        this.threadsLeft = true;
        Answer answer = send("1", "{}");
        runNext();
        assertThat(answer.told).containsExactly("acknowledged");
    }

    @Test
    void callThatNeverBeganIsGivenUpInTimeAndTheNextMayBegin() {
        Answer first = send("1", "{\"item\":\"late\"}");
        this.time.advance(Outboxes.spec().deliveryTimeout());
        assertThat(first.told).containsExactly("TEMPORARY");
        Answer second = send("1", "{\"item\":\"pen\"}");
        runNext();
        runNext();
        assertThat(this.handler.sold).containsExactly("pen");
        assertThat(first.told).hasSize(1);
        assertThat(second.told).containsExactly("acknowledged");
    }

    @Test
    void callThatRunsTooLongIsInterruptedToldOnceAndNotOvertakenByItsKey() {
        List<Answer> meanwhile = new ArrayList<>();
        this.handler.meanwhile = () -> {
            this.time.advance(Outboxes.spec().deliveryTimeout());
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            meanwhile.add(send("1", "{}"));
        };
        Answer first = send("1", "{}");
        runNext();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(first.told).containsExactly("TEMPORARY");
        assertThat(meanwhile.get(0).told).containsExactly("TEMPORARY");
        this.handler.meanwhile = () -> {};
        Answer again = send("1", "{}");
        runNext();
        assertThat(again.told).containsExactly("acknowledged");
    }

    @EventType("sold")
    record Sold(@Nullable String item) {}

    static class Handler {

        final List<String> sold = new ArrayList<>();

        @Nullable
        RuntimeException failure;

        Runnable meanwhile = () -> {};

        @EventHandler
        void on(Sold event) {
            this.meanwhile.run();
            if (this.failure != null) {
                throw this.failure;
            }
            this.sold.add(String.valueOf(event.item()));
        }
    }

    private static final class Answer implements MessageDestination.Completion {

        final List<String> told = new ArrayList<>();

        @Override
        public void acknowledged() {
            this.told.add("acknowledged");
        }

        @Override
        public void failed(Failure failure, Throwable cause) {
            this.told.add(failure.category().name());
        }
    }
}
