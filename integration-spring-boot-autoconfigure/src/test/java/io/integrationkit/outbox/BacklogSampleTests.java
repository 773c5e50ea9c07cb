package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.testsupport.ManualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class BacklogSampleTests {

    private final ManualTime time = new ManualTime();

    private final Deque<Runnable> tasks = new ArrayDeque<>();

    private Duration taken = Duration.ZERO;

    private long messages = 1;

    private boolean down;

    private final BacklogSample sample = new BacklogSample(this::count, this.tasks::add, this.time);

    private OutboxBacklog count() {
        this.time.advance(this.taken);
        if (this.down) {
            throw new IllegalStateException("database is down");
        }
        return new OutboxBacklog(this.messages, null);
    }

    private int runTasks() {
        int run = 0;
        for (Runnable task = this.tasks.poll(); task != null; task = this.tasks.poll()) {
            task.run();
            run++;
        }
        return run;
    }

    @Test
    void nobodyWaitsForTheCountAndUntilItIsThereNothingIsKnown() {
        assertThat(this.sample.current()).isNull();
        assertThat(this.sample.current()).isNull();
        assertThat(runTasks()).isEqualTo(1);
        assertThat(this.sample.current()).isEqualTo(new OutboxBacklog(1, null));
    }

    @Test
    void countIsTakenAtMostOnceASecondHoweverManyAsk() {
        this.sample.current();
        runTasks();
        this.messages = 2;
        this.time.advance(BacklogSample.INTERVAL.minusNanos(1));
        this.sample.current();
        assertThat(runTasks()).isZero();
        this.time.advance(Duration.ofNanos(1));
        assertThat(this.sample.current()).isEqualTo(new OutboxBacklog(1, null));
        assertThat(runTasks()).isEqualTo(1);
        assertThat(this.sample.current()).isEqualTo(new OutboxBacklog(2, null));
    }

    @Test
    void slowCountIsTakenLessOften() {
        this.taken = Duration.ofSeconds(2);
        this.sample.current();
        runTasks();
        this.time.advance(Duration.ofSeconds(17));
        this.sample.current();
        assertThat(runTasks()).isZero();
        this.time.advance(Duration.ofSeconds(1));
        this.sample.current();
        assertThat(runTasks()).isEqualTo(1);
    }

    @Test
    void countNobodyLookedAtForLongIsForgotten() {
        this.sample.current();
        runTasks();
        this.time.advance(BacklogSample.INTERVAL.multipliedBy(BacklogSample.INTERVALS_UNTIL_FORGOTTEN));
        assertThat(this.sample.current()).isNull();
    }

    @Test
    void countThatNoThreadTakesIsAskedForAgain() {
        BacklogSample refused = new BacklogSample(
                this::count,
                new Executor() {

                    private boolean full = true;

                    @Override
                    public void execute(Runnable task) {
                        if (this.full) {
                            this.full = false;
                            throw new RejectedExecutionException("full");
                        }
                        task.run();
                    }
                },
                this.time);
        assertThat(refused.current()).isNull();
        assertThat(refused.current()).isEqualTo(new OutboxBacklog(1, null));
    }

    @Test
    void databaseThatIsDownMeansThatNothingIsKnownAndIsAskedAgain() {
        this.sample.current();
        runTasks();
        this.down = true;
        this.time.advance(BacklogSample.INTERVAL);
        this.sample.current();
        runTasks();
        assertThat(this.sample.current()).isNull();
        this.down = false;
        this.time.advance(BacklogSample.INTERVAL);
        this.sample.current();
        runTasks();
        assertThat(this.sample.current()).isNotNull();
    }
}
