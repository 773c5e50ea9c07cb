package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.integrationkit.testsupport.ManualTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class TopicLimitsTests {

    private final ManualTime time = new ManualTime();

    private final Deque<Runnable> tasks = new ArrayDeque<>();

    private final List<Set<String>> asked = new ArrayList<>();

    private final Map<String, Long> ofBroker = new HashMap<>(Map.of("orders", 2_000L));

    private boolean down;

    private Runnable whileAsked = () -> {};

    private final TopicLimits limits = new TopicLimits(this::answer, this.tasks::add, this.time);

    private Map<String, Long> answer(Set<String> topics, TopicLimits.Unanswered unanswered) {
        this.asked.add(topics);
        this.whileAsked.run();
        if (this.down) {
            throw new IllegalStateException("broker is down");
        }
        topics.stream()
                .filter((topic) -> !this.ofBroker.containsKey(topic))
                .forEach((topic) -> unanswered.because(topic, new IllegalStateException("not authorized")));
        return Map.copyOf(this.ofBroker);
    }

    private void runTasks() {
        for (Runnable task = this.tasks.poll(); task != null; task = this.tasks.poll()) {
            task.run();
        }
    }

    @Test
    void askingNeverWaitsAndALimitIsInForceOnceItIsKnown() {
        assertThat(this.limits.of("orders")).isEqualTo(Long.MAX_VALUE);
        assertThat(this.asked).isEmpty();
        runTasks();
        assertThat(this.limits.of("orders")).isEqualTo(2_000);
    }

    @Test
    void topicsPublishedToMeanwhileAreAskedForTogetherAndEachOnce() {
        this.limits.of("orders");
        this.limits.of("orders");
        this.limits.of("invoices");
        runTasks();
        this.limits.of("orders");
        runTasks();
        assertThat(this.asked).containsExactly(Set.of("orders", "invoices"));
    }

    @Test
    void topicWantedWhileTheBrokerIsAskedIsAskedForNext() {
        this.whileAsked = () -> this.limits.of("late");
        this.limits.of("orders");
        runTasks();
        assertThat(this.asked).containsExactly(Set.of("orders"), Set.of("late"));
    }

    @Test
    void oldLimitIsAskedForAgainAndHoldsUntilTheNewOneIsKnown() {
        this.limits.learn(Set.of("orders"));
        runTasks();
        this.ofBroker.put("orders", 9_000L);
        this.time.advance(TopicLimits.REFRESH.minusMillis(1));
        this.limits.of("orders");
        assertThat(this.tasks).isEmpty();
        this.time.advance(TopicLimits.REFRESH);
        assertThat(this.limits.of("orders")).isEqualTo(2_000);
        runTasks();
        assertThat(this.limits.of("orders")).isEqualTo(9_000);
    }

    @Test
    void brokerThatIsDownKeepsWhatIsKnownAndIsAskedAgainLater() {
        this.limits.learn(Set.of("orders"));
        runTasks();
        this.down = true;
        this.time.advance(TopicLimits.REFRESH);
        this.limits.of("orders");
        runTasks();
        assertThat(this.limits.of("orders")).isEqualTo(2_000);
        assertThat(this.tasks).isEmpty();
        this.time.advance(TopicLimits.REFRESH);
        this.limits.of("orders");
        assertThat(this.tasks).hasSize(1);
    }

    @Test
    void topicWithoutAnswerHasNoLimitWhichIsSaidOnce() {
        Logger logger = (Logger) LoggerFactory.getLogger(TopicLimits.class);
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(said);
        this.limits.of("secret");
        runTasks();
        this.limits.of("hidden");
        runTasks();
        assertThat(this.limits.of("secret")).isEqualTo(Long.MAX_VALUE);
        logger.detachAppender(said);
        logger.setLevel(null);
        assertThat(said.list)
                .singleElement()
                .extracting(ILoggingEvent::getFormattedMessage)
                .asString()
                .contains("only integration.outbox.max-message-size is checked", "not authorized");
    }

    @Test
    void namesThatAreMadeUpDoNotFillTheMemory() {
        for (int i = 0; i < TopicLimits.MOST_TOPICS; i++) {
            this.limits.of("t" + i);
        }
        runTasks();
        this.limits.of("one-more");
        assertThat(this.tasks).isEmpty();
    }
}
