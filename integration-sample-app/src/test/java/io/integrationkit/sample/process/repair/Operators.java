package io.integrationkit.sample.process.repair;

import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.Intervention;
import io.integrationkit.replay.ReplayJobs;
import io.integrationkit.replay.ReplayRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two operators at each instance. One keeps a job of all instances going that replays whatever is open; the other one
 * replays the oldest entries one by one, without knowing of the job or of the operators elsewhere.
 */
final class Operators {

    private static final Logger logger = LoggerFactory.getLogger(Operators.class);

    private static final Duration PAUSE = Duration.ofMillis(300);

    private static final int BY_HAND = 5;

    private static final double A_SECOND = 60;

    private final DeadLetters deadLetters;

    private final ReplayJobs jobs;

    private final Effects effects;

    private final String instance;

    Operators(DeadLetters deadLetters, ReplayJobs jobs, Effects effects, String instance) {
        this.deadLetters = deadLetters;
        this.jobs = jobs;
        this.effects = effects;
        this.instance = instance;
    }

    void keepAJobGoing() {
        forEver(() -> this.jobs.startUnlessRunning(
                "repair",
                ReplayRequest.of(DeadLetterFilter.all()).withRate(A_SECOND).withMaxFailureRatio(1),
                new Intervention("job of " + this.instance, "the carrier is back")));
    }

    void replayByHand() {
        forEver(() -> {
            List<DeadLetter> oldest = this.deadLetters.replayable(DeadLetterFilter.all(), 0, BY_HAND);
            for (DeadLetter letter : oldest) {
                this.deadLetters.replay(letter.id(), new Intervention("hand of " + this.instance, "one by one"));
            }
        });
    }

    private void forEver(Runnable work) {
        while (true) {
            try {
                if (this.effects.is(Switch.OPERATORS)) {
                    work.run();
                }
            } catch (RuntimeException ex) {
                logger.info("An operator has to try again: {}", ex.toString());
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }
}
