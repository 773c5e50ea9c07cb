package io.integrationkit.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.Intervention;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.replay.ReplayJob.Status;
import io.integrationkit.testsupport.Race;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.dao.QueryTimeoutException;

/** What replay jobs promise, whatever keeps them. */
abstract class ReplayJobContract extends ReplayJobFixture {

    @Test
    void aJobReplaysWhatWasOpenAtItsStartOldestFirstAndNothingThatCameLater() {
        List<String> ids = give(150);
        this.deadLetters.discard(ids.get(3), "a test order");
        ReplayJob started = add(all());
        String later = give("m-later", "k-later");

        workers("a").takeUp();

        ReplayJob job = job(started.id());
        List<String> expected = messages(1, 150);
        expected.remove("m-4");
        assertThat(sentForGood()).isEqualTo(expected);
        assertThat(job.status()).isEqualTo(Status.COMPLETED);
        assertThat(job.total()).isEqualTo(149);
        assertThat(job.progress().replayed()).isEqualTo(149);
        assertThat(job.progress().failed()).isZero();
        assertThat(job.progress().skipped()).isZero();
        assertThat(job.endedAt()).isNotNull();
        assertThat(job.stopped()).isNull();
        assertThat(status(later)).isEqualTo(DeadLetter.Status.NEW);
        assertThat(this.ended).containsExactly(job);
    }

    @Test
    void anEntryThatFailsIsNotTriedASecondTime() {
        give(3);
        AtomicInteger tried = new AtomicInteger();
        this.sending = (message) -> {
            if (message.messageId().equals("m-1")) {
                tried.incrementAndGet();
                throw new IllegalStateException("still away");
            }
        };

        ReplayJob job = run(oneByOne().withLadder(List.of()));

        assertThat(job.progress().failed()).isEqualTo(1);
        assertThat(job.progress().replayed()).isEqualTo(2);
        assertThat(job.progress().failures())
                .singleElement()
                .satisfies((failure) -> assertThat(failure.detail()).contains("still away"));
        assertThat(tried).hasValue(1);
        assertThat(open()).isEqualTo(1);
    }

    @Test
    void aRequestIsKeptAsItWas() {
        DeadLetterFilter filter = DeadLetterFilter.all()
                .withKind(DeadLetter.Kind.MESSAGE)
                .withName("payments")
                .withCategory(FailureCategory.TEMPORARY)
                .withStatus(DeadLetter.Status.NEW)
                .withKey("k")
                .withFingerprint("f")
                .withFailedBetween(Instant.parse("2026-01-01T00:00:00.123456Z"), Instant.parse("2026-02-01T00:00:00Z"));
        ReplayRequest request = new ReplayRequest(filter, Set.of("b", "a"), 2.5, List.of(2, 20), 0.25, 7);

        ReplayJob job = add(request);

        assertThat(job.request()).isEqualTo(request);
        assertThat(job.by()).isEqualTo(OPERATOR);
        assertThat(job.status()).isEqualTo(Status.RUNNING);
        assertThat(job.endedAt()).isNull();
        assertThat(this.store.find(job.id())).contains(job);
        assertThat(this.store.last(5)).containsExactly(job);
        assertThat(this.store.find("none")).isEmpty();
    }

    @Test
    void onlyEntriesOfTheNamesAndUpToTheLimitAreReplayed() {
        give(5);

        assertThat(run(all().withNames(Set.of("another"))).total()).isZero();
        ReplayJob job = run(all().withNames(Set.of("another", DESTINATION)).withLimit(2));

        assertThat(job.status()).isEqualTo(Status.COMPLETED);
        assertThat(job.total()).isEqualTo(2);
        assertThat(sentForGood()).isEqualTo(messages(1, 2));
    }

    @Test
    void parkedEntriesAreLeftOutUnlessTheFilterAsksForThem() {
        List<String> ids = give(3);
        this.deadLetters.park(ids.get(1), OPERATOR);

        assertThat(run(all()).total()).isEqualTo(2);
        assertThat(sentForGood()).containsExactly("m-1", "m-3");

        run(ReplayRequest.of(DeadLetterFilter.all().withStatus(DeadLetter.Status.PARKED)));
        assertThat(sentForGood()).containsExactly("m-1", "m-3", "m-2");
    }

    @Test
    void aCanaryThatFailsStopsTheJobBeforeAnythingElseIsTried() {
        give(20);
        this.sending = (message) -> {
            throw new IllegalStateException("still away");
        };

        ReplayJob job = run(all());

        assertThat(job.status()).isEqualTo(Status.STOPPED);
        assertThat(job.stopped())
                .isEqualTo(
                        "1 of 1 entries tried in step 1, which has 1, failed: more than the failure ratio of 0.1 allows");
        assertThat(job.progress().failed()).isEqualTo(1);
        assertThat(open()).isEqualTo(20);
        assertThat(this.ended).containsExactly(job);
    }

    @Test
    void aStepStopsTheJobAsSoonAsItCannotEndWell() {
        give(300);
        AtomicInteger tried = new AtomicInteger();
        this.sending = (message) -> {
            if (tried.incrementAndGet() > 11) {
                throw new IllegalStateException("away again");
            }
        };

        ReplayJob job = run(all());

        assertThat(job.status()).isEqualTo(Status.STOPPED);
        assertThat(job.progress().replayed()).isEqualTo(11);
        assertThat(job.progress().failed()).isBetween(11L, 100L);
        assertThat(job.progress().failed()).as("one by one").isEqualTo(this.deadLetters.durable() ? 100 : 11);
        assertThat(job.progress().step()).isEqualTo(2);
        assertThat(open()).isEqualTo(289);
    }

    @Test
    void aStepWithAsManyFailuresAsMayBeGoesOn() {
        give(30);
        this.sending = (message) -> {
            if (message.messageId().equals("m-7")) {
                throw new IllegalStateException("refused");
            }
        };

        ReplayJob job = run(all());

        assertThat(job.status()).isEqualTo(Status.COMPLETED);
        assertThat(job.progress().replayed()).isEqualTo(29);
        assertThat(job.progress().failed()).isEqualTo(1);
    }

    @Test
    void withoutALadderAndARatioEverythingIsTriedOnce() {
        give(520);
        this.sending = (message) -> {
            throw new IllegalStateException("still away");
        };

        ReplayJob job = run(all().withLadder(List.of()).withMaxFailureRatio(1));

        assertThat(job.status()).isEqualTo(Status.COMPLETED);
        assertThat(job.progress().failed()).isEqualTo(520);
        assertThat(job.progress().failures()).hasSize(ReplayProgress.MAX_FAILURES);
    }

    @Test
    void aRateHoldsFromTheFirstEntryToTheLastAndAfterAWait() {
        give(200);
        List<Long> times = new ArrayList<>();
        long begin = this.time.nanoTime();
        this.sending = (message) -> {
            times.add(Duration.ofNanos(this.time.nanoTime() - begin).toMillis());
            if (message.messageId().equals("m-100")) {
                this.time.advance(Duration.ofSeconds(20));
            }
        };

        run(all().withRate(20.0));

        assertThat(times).hasSize(200);
        int batch = this.deadLetters.durable() ? 4 : 1;
        for (int i = 0; i < 100; i++) {
            assertThat(times.get(i)).isBetween((i - batch + 1) * 50L, i * 50L);
        }
        long waited = times.get(110);
        for (int i = 111; i < 200; i++) {
            assertThat(times.get(i) - waited)
                    .as("no rush after the wait")
                    .isGreaterThanOrEqualTo((i - 131 - batch) * 50L);
        }
    }

    @Test
    void whoCancelsStopsTheJobBetweenTwoEntries() {
        give(20);
        ReplayWorkers workers = workers("a");
        StoredReplayJobs jobs = jobs(workers);
        ReplayJob started = jobs.start(oneByOne(), OPERATOR);
        Intervention by = new Intervention("grace", "wrong broker");
        List<Boolean> cancelled = new ArrayList<>();
        this.sending = (message) -> {
            if (message.messageId().equals("m-5")) {
                cancelled.add(jobs.cancel(started.id(), by));
                cancelled.add(jobs.cancel(started.id(), by));
            }
        };

        workers.takeUp();

        ReplayJob job = job(started.id());
        assertThat(cancelled).containsExactly(true, false);
        assertThat(job.status()).isEqualTo(Status.CANCELLED);
        assertThat(job.stopped()).isEqualTo("cancelled by grace: wrong broker");
        assertThat(job.progress().replayed()).isEqualTo(5);
        assertThat(sentForGood()).isEqualTo(messages(1, 5));
        assertThat(open()).isEqualTo(15);
        assertThat(this.ended)
                .singleElement()
                .satisfies((event) -> assertThat(event.id()).isEqualTo(job.id()));
        assertThat(jobs.totals().cancelled()).isEqualTo(1);
        workers.takeUp();
        assertThat(open()).isEqualTo(15);
    }

    @Test
    void aJobThatIsCancelledWhileNobodyRunsItNeverRuns() {
        give(2);
        ReplayJob started = add(all());

        assertThat(jobs(workers("b")).cancel(started.id(), OPERATOR)).isTrue();
        workers("a").takeUp();

        assertThat(job(started.id()).status()).isEqualTo(Status.CANCELLED);
        assertThat(open()).isEqualTo(2);
    }

    @Test
    void onceAnEntryOfAKeyFailsTheLaterOnesOfThatKeyAreSkipped() {
        give("m-1", "k");
        give("m-2", "other");
        give("m-3", "k");
        give("m-4", null);
        give("m-5", null);
        this.sending = (message) -> {
            if (message.messageId().equals("m-1") || message.messageId().equals("m-4")) {
                throw new IllegalStateException("refused");
            }
        };

        ReplayJob job = run(all().withLadder(List.of()));

        assertThat(sentForGood()).containsExactly("m-2", "m-5");
        assertThat(job.progress().failed()).isEqualTo(2);
        assertThat(job.progress().skipped()).isEqualTo(1);
    }

    @Test
    void whoTakesAJobUpKnowsWhichKeysAreHeld() {
        give("m-1", "k");
        give("m-2", "other");
        give("m-3", "k");
        ReplayWorkers first = workers("a");
        ReplayJob started = jobs(first).start(all().withLadder(List.of()), OPERATOR);
        this.sending = (message) -> {
            if (message.messageId().equals("m-1")) {
                throw new IllegalStateException("refused");
            }
            stop(first);
        };
        first.takeUp();
        assertThat(job(started.id()).status()).isEqualTo(Status.RUNNING);
        this.sending = (message) -> {};

        workers("b").takeUp();

        ReplayJob job = job(started.id());
        assertThat(sentForGood()).containsExactly("m-2");
        assertThat(job.status()).isEqualTo(Status.COMPLETED);
        assertThat(job.progress().failed()).isEqualTo(1);
        assertThat(job.progress().replayed()).isEqualTo(1);
        assertThat(job.progress().skipped()).isEqualTo(1);
    }

    private static void stop(ReplayWorkers workers) {
        Thread.currentThread().interrupt();
        workers.stop();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void whoStopsLeavesTheJobToOthersAtOnce() {
        give(10);
        ReplayWorkers first = workers("a");
        ReplayJob started = jobs(first).start(oneByOne(), OPERATOR);
        this.sending = (message) -> {
            if (message.messageId().equals("m-4")) {
                stop(first);
            }
        };

        first.takeUp();

        assertThat(job(started.id()).status()).isEqualTo(Status.RUNNING);
        assertThat(job(started.id()).progress().replayed()).isEqualTo(4);
        assertThat(this.ended).isEmpty();
        workers("b").takeUp();
        assertThat(job(started.id()).status()).isEqualTo(Status.COMPLETED);
        assertThat(job(started.id()).progress().replayed()).isEqualTo(10);
        assertThat(sentForGood()).isEqualTo(messages(1, 10));
    }

    @Test
    void refusalsOfTheApplicationAreWaitedForAndAreNoFailures() {
        give(5);
        AtomicInteger refusals = new AtomicInteger();
        this.sending = (message) -> {
            if (message.messageId().equals("m-3") && refusals.incrementAndGet() <= 4) {
                throw new RejectedException(ProblemCode.CIRCUIT_OPEN, "the breaker of 'orders' is open", null);
            }
        };

        ReplayJob job = run(oneByOne());

        assertThat(job.status()).isEqualTo(Status.COMPLETED);
        assertThat(job.progress().replayed()).isEqualTo(5);
        assertThat(job.progress().failed()).isZero();
        assertThat(job.progress().skipped()).isZero();
        Duration slept = this.time.sleeps().stream().reduce(Duration.ZERO, Duration::plus);
        assertThat(slept).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(17));
    }

    @Test
    void refusalsForTooLongStopTheJobWithTheReason() {
        give(5);
        this.sending = (message) -> {
            if (message.messageId().equals("m-3")) {
                throw new RejectedException(ProblemCode.CIRCUIT_OPEN, "the breaker of 'orders' is open", null);
            }
        };

        ReplayJob job = run(all());

        assertThat(job.status()).isEqualTo(Status.STOPPED);
        assertThat(job.stopped())
                .startsWith(
                        "the application refused replays for integration.dead-letters.replay-jobs.longest-refusal=PT10M: INT-201");
        assertThat(job.progress().replayed()).isEqualTo(2);
        assertThat(job.progress().failed()).isZero();
        assertThat(open()).isEqualTo(3);
    }

    @Test
    void whatLiveTrafficHasInHandIsSkippedAndHoldsItsKey() {
        give("m-1", "k");
        give("m-2", "k");
        give("m-3", "other");
        this.sending = (message) -> {
            if (message.messageId().equals("m-1")) {
                throw new RejectedException(ProblemCode.KEY_IN_PROGRESS, "in progress", null);
            }
        };

        ReplayJob job = run(all());

        assertThat(sentForGood()).containsExactly("m-3");
        assertThat(job.progress().skipped()).isEqualTo(2);
        assertThat(job.progress().failed()).isZero();
    }

    @Test
    void whoLostTheLeaseLeavesTheRestToTheNextOwner() {
        give(10);
        List<String> id = new ArrayList<>();
        ReplayWorkers first = workers(
                "a",
                this.store,
                Crashing.before(this.deadLetters, "replayAll", 4, () -> {
                    expireJob(id.get(0));
                    workers("b").takeUp();
                }),
                1);
        id.add(jobs(first).start(oneByOne(), OPERATOR).id());

        first.takeUp();

        ReplayJob job = job(id.get(0));
        assertThat(sentForGood()).isEqualTo(messages(1, 10));
        assertThat(job.status()).isEqualTo(Status.COMPLETED);
        assertThat(job.progress().position()).isEqualTo(job.upTo());
        assertThat(this.ended).containsExactly(job);
        assertThat(first.counters().totals(0).completed()).isZero();
    }

    @Test
    void whateverStepAnInstanceDiesAtAnotherGoesOnAndEachMessageIsSentOnce() {
        int death = 0;
        boolean died = true;
        while (died) {
            createJobs();
            this.sent.clear();
            give(4);
            give("m-5", "k-1");
            AtomicInteger steps = new AtomicInteger();
            ReplayWorkers first = workers(
                    "a",
                    Crashing.dyingAt(ReplayJobStore.class, this.store, steps, death),
                    Crashing.dyingAt(DeadLetters.class, this.deadLetters, steps, death),
                    1);
            ReplayJob started = add(all().withLadder(List.of(1, 2)));
            try {
                first.takeUp();
                died = false;
            } catch (Crashing.Death ex) {
                expireJob(started.id());
            }
            workers("b").takeUp();

            ReplayJob job = job(started.id());
            assertThat(sentForGood()).as("death at step %d", death).isEqualTo(messages(1, 5));
            assertThat(job.status()).as("death at step %d", death).isEqualTo(Status.COMPLETED);
            assertThat(job.progress().failed()).isZero();
            assertThat(job.progress().replayed()).isBetween(2L, 5L);
            death++;
        }
        assertThat(death).isGreaterThan(20);
    }

    @Test
    void twoJobsOverTheSameEntriesReplayEachOnce() throws Exception {
        give(60);
        ReplayJob one = add(all());
        ReplayJob other = add(all());

        Race.run(2, () -> {
            workers("w-" + Thread.currentThread().getId()).takeUp();
            return true;
        });

        assertThat(sentForGood()).containsExactlyInAnyOrderElementsOf(messages(1, 60));
        assertThat(job(one.id()).status()).isEqualTo(Status.COMPLETED);
        assertThat(job(other.id()).status()).isEqualTo(Status.COMPLETED);
        assertThat(job(one.id()).progress().failed()
                        + job(other.id()).progress().failed())
                .isZero();
    }

    @Test
    void whoWasHeldUpBeyondItsLeaseAsksBeforeItGoesOn() {
        give(10);
        ReplayWorkers first = workers("a");
        ReplayJob started = jobs(first).start(oneByOne(), OPERATOR);
        List<JobClaim> claims = new ArrayList<>();
        this.sending = (message) -> {
            if (message.messageId().equals("m-3")) {
                this.time.advance(LEASE.plusSeconds(1));
            }
            if (message.messageId().equals("m-6")) {
                this.time.advance(LEASE.plusSeconds(1));
                expireJob(started.id());
                claims.add(this.store.claim("b", LEASE));
            }
        };

        first.takeUp();

        assertThat(sentForGood()).isEqualTo(messages(1, 6));
        assertThat(claims)
                .singleElement()
                .satisfies((claim) -> assertThat(claim.epoch()).isEqualTo(2));
        assertThat(this.store.release(claims.get(0), claims.get(0).job().progress()))
                .isEqualTo(Standing.HELD);
        workers("c").takeUp();
        assertThat(job(started.id()).status()).isEqualTo(Status.COMPLETED);
        assertThat(sentForGood()).isEqualTo(messages(1, 10));
    }

    @Test
    void aJobForAPurposeIsStartedOnceWhileItRuns() {
        give(2);
        ReplayWorkers workers = workers("a");
        StoredReplayJobs jobs = jobs(workers);

        ReplayJob first = jobs.startUnlessRunning("breaker orders", all(), OPERATOR);
        assertThat(jobs.startUnlessRunning("breaker orders", all(), OPERATOR).id())
                .isEqualTo(first.id());
        assertThat(jobs.startUnlessRunning("breaker mail", all(), OPERATOR).id())
                .isNotEqualTo(first.id());
        workers.takeUp();

        assertThat(job(first.id()).purpose()).isEqualTo("breaker orders");
        assertThat(jobs.startUnlessRunning("breaker orders", all(), OPERATOR).id())
                .isNotEqualTo(first.id());
        assertThat(jobs.totals().started()).isEqualTo(3);
    }

    @Test
    void onlyTheLastEndedJobsAreKept() {
        ReplayWorkers workers = workers("a");
        StoredReplayJobs jobs = jobs(workers);
        for (int i = 0; i < 5; i++) {
            jobs.start(all(), OPERATOR);
            workers.takeUp();
        }
        jobs.start(all(), OPERATOR);

        assertThat(jobs.last(10).stream().map(ReplayJob::id)).containsExactly("job-6", "job-5", "job-4", "job-3");
        assertThat(jobs.last(2).stream().map(ReplayJob::id)).containsExactly("job-6", "job-5");
    }

    @Test
    void tooManyJobsAreRefused() {
        StoredReplayJobs jobs = jobs(workers("a"));
        for (int i = 0; i < 100; i++) {
            jobs.start(all(), OPERATOR);
        }

        assertThatExceptionOfType(RejectedException.class)
                .isThrownBy(() -> jobs.start(all(), OPERATOR))
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.REPLAY_JOBS_FULL));
    }

    @Test
    void aPurposeThatIsNoLineIsRefused() {
        StoredReplayJobs jobs = jobs(workers("a"));

        for (String purpose : List.of(" ", "a\nb", "x".repeat(201))) {
            assertThatExceptionOfType(ProblemException.class)
                    .isThrownBy(() -> jobs.startUnlessRunning(purpose, all(), OPERATOR))
                    .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.REPLAY_JOB_INVALID));
        }
    }

    @Test
    void aJobThatLosesTheDatabaseIsTakenUpAfterItsLease() {
        give(5);
        ReplayWorkers first = workers(
                "a",
                this.store,
                Crashing.before(this.deadLetters, "replayAll", 3, () -> {
                    throw new QueryTimeoutException("the database is away");
                }),
                1);
        ReplayJob started = jobs(first).start(oneByOne(), OPERATOR);
        first.takeUp();
        assertThat(job(started.id()).status()).isEqualTo(Status.RUNNING);

        workers("b").takeUp();
        assertThat(job(started.id()).status()).as("before the lease is over").isEqualTo(Status.RUNNING);
        expireJob(started.id());
        workers("b").takeUp();

        assertThat(job(started.id()).status()).isEqualTo(Status.COMPLETED);
        assertThat(sentForGood()).isEqualTo(messages(1, 5));
    }

    @Test
    void aJobThatFailsByItselfStopsAndSaysWhy() {
        give(2);
        ReplayWorkers first = workers(
                "a",
                this.store,
                Crashing.before(this.deadLetters, "replayAll", 2, () -> {
                    throw new UnsupportedOperationException("a defect");
                }),
                1);
        ReplayJob started = jobs(first).start(all(), OPERATOR);

        first.takeUp();

        assertThat(job(started.id()).status()).isEqualTo(Status.STOPPED);
        assertThat(job(started.id()).stopped()).contains("UnsupportedOperationException");
    }
}
