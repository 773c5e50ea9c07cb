package io.integrationkit.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.idempotency.IdempotencyAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.context.CurrentTenant;
import io.integrationkit.context.IdempotencyContext;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.testsupport.DelegatingIdempotencyStore;
import io.integrationkit.testsupport.ManualTime;
import io.integrationkit.testsupport.Race;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Leased claims: who shares a key, what follows a death, results that come later, and what is known without asking. */
class IdempotentClaimTests {

    private final ManualTime time = new ManualTime();

    private final Desk desk = new Desk();

    private final CountingStore store = new CountingStore(this.time);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class, ReliableAutoConfiguration.class, IdempotencyAutoConfiguration.class))
            .withBean(ManualTime.class, () -> this.time)
            .withBean(IdempotencyStore.class, () -> this.store)
            .withBean(Bank.class, () -> new Bank(this.desk));

    static class CountingStore extends DelegatingIdempotencyStore {

        final AtomicInteger claims = new AtomicInteger();

        final List<ClaimToken> granted = Collections.synchronizedList(new ArrayList<>());

        /** Whether the end of a call gets lost. */
        volatile boolean deaf;

        CountingStore(ManualTime time) {
            super(IdempotencyStore.inMemory(100, time));
        }

        @Override
        public Claim claim(ClaimRequest request) {
            this.claims.incrementAndGet();
            Claim claim = super.claim(request);
            if (claim instanceof Claim.Granted given) {
                this.granted.add(given.token());
            }
            return claim;
        }

        @Override
        public boolean complete(ClaimToken token, StoredResult result, Duration ttl) {
            return !this.deaf && super.complete(token, result, ttl);
        }
    }

    static class Desk {

        final AtomicInteger charges = new AtomicInteger();

        Callable<@Nullable String> work = () -> "receipt";

        @Nullable
        String charge() throws Exception {
            this.charges.incrementAndGet();
            return this.work.call();
        }
    }

    static class Bank {

        private final Desk desk;

        Bank(Desk desk) {
            this.desk = desk;
        }

        @Idempotent(key = "#id")
        public @Nullable String charge(String id) throws Exception {
            return this.desk.charge();
        }

        @Idempotent(key = "#id", operation = "open", scope = KeyScope.GLOBAL)
        public @Nullable String open(String id) throws Exception {
            return this.desk.charge();
        }

        @Idempotent(key = "#id", operation = "careful", afterCrash = AfterCrash.REFUSE)
        public @Nullable String chargeOnce(String id) throws Exception {
            return this.desk.charge();
        }

        @Idempotent(key = "#id", operation = "hasty", onConcurrent = OnConcurrent.REJECT)
        public @Nullable String chargeAtOnce(String id) throws Exception {
            return this.desk.charge();
        }

        @Idempotent(key = "#id", operation = "chosen", fingerprint = "#amount")
        public @Nullable String chargeAmount(String id, int amount, String comment) throws Exception {
            return this.desk.charge();
        }

        @Idempotent(key = "#id", operation = "future")
        public CompletableFuture<@Nullable String> chargeLater(String id) {
            return CompletableFuture.supplyAsync(() -> {
                try {
                    return this.desk.charge();
                } catch (Exception ex) {
                    throw new CompletionException(ex);
                }
            });
        }

        @Idempotent(key = "#id", operation = "mono", scope = KeyScope.GLOBAL)
        public Mono<String> chargeReactively(String id) {
            return Mono.fromCallable(this.desk::charge);
        }

        @Reliable(maxAttempts = 2, fallback = "sorry")
        @Idempotent(key = "#id", operation = "recovered")
        public @Nullable String chargeOrSorry(String id) throws Exception {
            return this.desk.charge();
        }

        String sorry(String id) {
            return "sorry";
        }
    }

    @Test
    void aRepetitionIsAnsweredWithoutAskingTheStore() {
        with((bank) -> {
            assertThat(bank.charge("a")).isEqualTo("receipt");
            assertThat(bank.charge("a")).isEqualTo("receipt");
            assertThat(bank.charge("a")).isEqualTo("receipt");
            assertThat(this.store.claims).hasValue(1);
            assertThat(this.desk.charges).hasValue(1);
        });
    }

    @Test
    void whatIsKnownIsForgottenWithTheKey() {
        with((bank) -> {
            bank.charge("a");
            this.time.advance(Duration.ofHours(25));
            bank.charge("a");
            assertThat(this.desk.charges).hasValue(2);
        });
    }

    @Test
    void whatIsKnownIsComparedWithTheContent() {
        with((bank) -> {
            bank.chargeAmount("a", 10, "first");
            assertThat(bank.chargeAmount("a", 10, "second")).isEqualTo("receipt");
            assertProblem(ProblemCode.KEY_REUSED, () -> bank.chargeAmount("a", 11, "first"));
            assertThat(this.desk.charges).hasValue(1);
            assertThat(this.store.claims).hasValue(1);
        });
    }

    @Test
    void of64CallersInOneProcessOneAsksTheStore() {
        with((bank) -> {
            for (Future<@Nullable String> each : Race.run(64, () -> bank.charge("a"))) {
                assertThat(each.get()).isEqualTo("receipt");
            }
            assertThat(this.desk.charges).hasValue(1);
            assertThat(this.store.claims).hasValue(1);
        });
    }

    @Test
    void whoWaitsInTheSameProcessDoesNotAskTheStore() {
        with((bank) -> {
            CompletableFuture<@Nullable String> answer = new CompletableFuture<>();
            Thread second = new Thread(() -> answer.completeAsync(() -> call(bank), Runnable::run));
            this.desk.work = () -> {
                second.start();
                Awaitility.await()
                        .until(() -> second.getState() == Thread.State.WAITING
                                || second.getState() == Thread.State.TERMINATED);
                assertThat(this.store.claims).hasValue(1);
                return "receipt";
            };
            assertThat(bank.charge("a")).isEqualTo("receipt");
            assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo("receipt");
            assertThat(this.desk.charges).hasValue(1);
            assertThat(this.store.claims).hasValue(1);
        });
    }

    private static @Nullable String call(Bank bank) {
        try {
            return bank.charge("a");
        } catch (Exception ex) {
            throw new CompletionException(ex);
        }
    }

    @Test
    void aCallThatMayNotWaitIsRefusedAtOnce() {
        with((bank) -> {
            this.desk.work = () -> {
                assertProblem(ProblemCode.KEY_IN_PROGRESS, () -> bank.chargeAtOnce("a"));
                return "receipt";
            };
            assertThat(bank.chargeAtOnce("a")).isEqualTo("receipt");
        });
    }

    @Test
    void otherContentIsRefusedWhileTheFirstCallRuns() {
        with((bank) -> {
            this.desk.work = () -> {
                assertProblem(ProblemCode.KEY_REUSED, () -> bank.chargeAmount("a", 11, "x"));
                return "receipt";
            };
            bank.chargeAmount("a", 10, "x");
        });
    }

    @Test
    void eachPrincipalHasKeysOfItsOwnWhateverItsCredentials() {
        with((bank) -> {
            as("alice", "key-1", () -> bank.charge("a"));
            as("bob", "key-2", () -> bank.charge("a"));
            assertThat(this.desk.charges).hasValue(2);
            as("alice", "key-3", () -> bank.charge("a"));
            bank.charge("a");
            assertThat(this.desk.charges).hasValue(3);
            as("alice", "key-1", () -> bank.open("a"));
            as("bob", "key-2", () -> bank.open("a"));
            assertThat(this.desk.charges).hasValue(4);
        });
    }

    @Test
    void scopeAndKeyCannotBeTakenForEachOther() {
        with((bank) -> {
            as("a:b", "", () -> bank.charge("c"));
            as("a", "", () -> bank.charge("b:c"));
            assertThat(this.desk.charges).hasValue(2);
        });
    }

    @Test
    void keysOfTenantsNeverMeet() {
        List<String> tenant = new ArrayList<>(List.of("one"));
        this.runner.withBean(CurrentTenant.class, () -> () -> tenant.get(0)).run((context) -> {
            Bank bank = context.getBean(Bank.class);
            bank.open("a");
            tenant.set(0, "two");
            bank.open("a");
            assertThat(this.desk.charges).hasValue(2);
        });
    }

    @Test
    void withoutSpringSecurityNobodyTellsWhoCalls() {
        ApplicationContextRunner empty = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        CallAutoConfiguration.class,
                        ReliableAutoConfiguration.class,
                        IdempotencyAutoConfiguration.class));
        empty.withClassLoader(new FilteredClassLoader("org.springframework.security"))
                .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(CallerScope.class));
        empty.run((context) -> assertThat(context).getBean(CallerScope.class).isInstanceOf(PrincipalScope.class));
        empty.withBean(CallerScope.class, () -> () -> "me")
                .run((context) -> assertThat(context).getBean(CallerScope.class).isNotInstanceOf(PrincipalScope.class));
    }

    @Test
    void aCallThatDiedIsRunAgainUnderAHigherFencingToken() {
        with((bank) -> {
            ClaimToken dead = die(() -> bank.charge("a"));
            this.desk.work = () -> {
                assertThat(Objects.requireNonNull(IdempotencyContext.current()).fencingToken())
                        .isGreaterThan(dead.epoch());
                return "receipt";
            };
            assertThat(bank.charge("a")).isEqualTo("receipt");
            assertThat(this.desk.charges).hasValue(2);
        });
    }

    @Test
    void aCallThatDiedIsOfUnknownOutcomeWhereThatIsAskedFor() {
        with((bank) -> {
            ClaimToken dead = die(() -> bank.chargeOnce("a"));
            assertProblem(ProblemCode.OUTCOME_UNKNOWN, () -> bank.chargeOnce("a"));
            assertProblem(ProblemCode.OUTCOME_UNKNOWN, () -> bank.chargeOnce("a"));
            assertThat(this.desk.charges).hasValue(1);
            assertThat(this.store.free(dead.key(), dead.epoch())).isTrue();
            assertThat(bank.chargeOnce("a")).isEqualTo("receipt");
        });
    }

    static class Reconciled {

        private final Desk desk;

        Reconciled(Desk desk) {
            this.desk = desk;
        }

        @Idempotent(key = "#id", operation = "reconciled", afterCrash = AfterCrash.RECONCILE)
        public @Nullable String charge(String id) throws Exception {
            return this.desk.charge();
        }
    }

    static class Finder implements Reconciler {

        @Nullable
        Finding found = Reconciler.unknown();

        @Nullable
        Exception failure;

        int asked;

        @Override
        public String operation() {
            return "reconciled";
        }

        @Override
        @SuppressWarnings("NullAway") // an application may forget its answer
        public Finding reconcile(UnfinishedCall call) throws Exception {
            this.asked++;
            assertThat(call.arguments()).containsExactly("a");
            if (this.failure != null) {
                throw this.failure;
            }
            return this.found;
        }
    }

    @Test
    void aReconcilerIsAskedAboutACallThatDied() {
        this.runner
                .withBean(Reconciled.class, () -> new Reconciled(this.desk))
                .withBean(Finder.class)
                .run((context) -> {
                    Reconciled bean = context.getBean(Reconciled.class);
                    Finder finder = context.getBean(Finder.class);
                    die(() -> bean.charge("a"));
                    assertThat(finder.asked).isZero();
                    assertProblem(ProblemCode.OUTCOME_UNKNOWN, () -> bean.charge("a"));
                    finder.failure = new IllegalStateException("the bank is away");
                    assertThat(catchThrowable(() -> bean.charge("a"))).hasRootCauseMessage("the bank is away");
                    finder.failure = null;
                    finder.found = null;
                    assertProblem(ProblemCode.OUTCOME_UNKNOWN, () -> bean.charge("a"));
                    finder.found = Reconciler.done("found");
                    assertThat(bean.charge("a")).isEqualTo("found");
                    assertThat(bean.charge("a")).isEqualTo("found");
                    assertThat(this.desk.charges).hasValue(1);
                    assertThat(finder.asked).isEqualTo(4);
                });
    }

    @Test
    void whatWasNotDoneIsDoneNow() {
        this.runner
                .withBean(Reconciled.class, () -> new Reconciled(this.desk))
                .withBean(Finder.class)
                .run((context) -> {
                    Reconciled bean = context.getBean(Reconciled.class);
                    context.getBean(Finder.class).found = Reconciler.notDone();
                    die(() -> bean.charge("a"));
                    assertThat(bean.charge("a")).isEqualTo("receipt");
                    assertThat(this.desk.charges).hasValue(2);
                });
    }

    @Test
    void withoutItsReconcilerTheApplicationDoesNotStart() {
        this.runner
                .withBean(Reconciled.class, () -> new Reconciled(this.desk))
                .run((context) -> assertThat(context.getStartupFailure())
                        .hasMessageContaining("reconciled")
                        .hasMessageContaining("RECONCILE"));
    }

    @Test
    void aFutureIsRememberedWhenItsResultComes() {
        with((bank) -> {
            assertThat(bank.chargeLater("a").get(30, TimeUnit.SECONDS)).isEqualTo("receipt");
            assertThat(bank.chargeLater("a").get(30, TimeUnit.SECONDS)).isEqualTo("receipt");
            assertThat(this.desk.charges).hasValue(1);
            this.desk.work = () -> {
                throw new IntegrationException("away", FailureCategory.TEMPORARY, true);
            };
            assertThat(catchThrowable(() -> bank.chargeLater("b").get(30, TimeUnit.SECONDS)))
                    .hasRootCauseMessage("away");
            this.desk.work = () -> "second";
            assertThat(bank.chargeLater("b").get(30, TimeUnit.SECONDS)).isEqualTo("second");
        });
    }

    @Test
    void aMonoIsRememberedWhenItsResultComes() {
        with((bank) -> {
            Mono<String> mono = bank.chargeReactively("a");
            assertThat(this.desk.charges).hasValue(0);
            assertThat(mono.block(Duration.ofSeconds(30))).isEqualTo("receipt");
            assertThat(mono.block(Duration.ofSeconds(30))).isEqualTo("receipt");
            assertThat(bank.chargeReactively("a").block(Duration.ofSeconds(30))).isEqualTo("receipt");
            assertThat(this.desk.charges).hasValue(1);
            this.desk.work = () -> null;
            assertThat(bank.chargeReactively("b").block(Duration.ofSeconds(30))).isNull();
            assertThat(bank.chargeReactively("b").block(Duration.ofSeconds(30))).isNull();
            assertThat(this.desk.charges).hasValue(2);
        });
    }

    @Test
    void aFutureBelongsToWhoCallsAndNotToTheThreadThatEndsIt() {
        with((bank) -> {
            as("alice", "", () -> bank.chargeLater("a").get(30, TimeUnit.SECONDS));
            as("bob", "", () -> bank.chargeLater("a").get(30, TimeUnit.SECONDS));
            as("alice", "", () -> bank.chargeLater("a").get(30, TimeUnit.SECONDS));
            assertThat(this.desk.charges).hasValue(2);
        });
    }

    static class Lazy {

        @Idempotent(key = "#id", operation = "lazy")
        public Mono<String> charge(String id) {
            return Mono.just(id);
        }
    }

    @Test
    void aMonoCannotBelongToWhomItsThreadDoesNotKnow() {
        this.runner
                .withBean(Lazy.class)
                .run((context) -> assertThat(context.getStartupFailure())
                        .hasMessageContaining("lazy")
                        .isInstanceOfSatisfying(
                                InvalidOperationException.class,
                                (ex) -> assertThat(ex.action()).contains("scope = GLOBAL")));
    }

    @Test
    void aMonoBelongsToWhomTheSubscribingThreadKnows() {
        List<String> caller = new ArrayList<>(List.of("alice"));
        this.runner
                .withBean(Lazy.class)
                .withBean(CallerScope.class, () -> () -> caller.get(0) + (onOwnThread() ? "" : " of another thread"))
                .run((context) -> {
                    Lazy lazy = context.getBean(Lazy.class);
                    lazy.charge("a").block(Duration.ofSeconds(30));
                    assertThat(this.store.granted.get(0).key().scope()).isEqualTo("alice");
                });
    }

    private static boolean onOwnThread() {
        return !Thread.currentThread().getName().startsWith("integration-step-");
    }

    static class Streaming {

        @Idempotent(key = "#id")
        public Flux<String> stream(String id) {
            return Flux.just(id);
        }
    }

    @Test
    void aFluxCannotBeRemembered() {
        this.runner
                .withBean(Streaming.class)
                .run((context) -> assertThat(context.getStartupFailure()).hasMessageContaining("INT-406"));
    }

    @Test
    void theAnswerOfAFallbackIsNotTheResult() {
        with((bank) -> {
            this.desk.work = () -> {
                throw new IntegrationException("away", FailureCategory.TEMPORARY, true);
            };
            assertThat(bank.chargeOrSorry("a")).isEqualTo("sorry");
            this.desk.work = () -> "receipt";
            assertThat(bank.chargeOrSorry("a")).isEqualTo("receipt");
            assertThat(bank.chargeOrSorry("a")).isEqualTo("receipt");
        });
    }

    @Test
    void childKeysAreTheSameForEachAttemptAndRepetition() {
        with((bank) -> {
            List<String> keys = new ArrayList<>();
            this.desk.work = () -> {
                IdempotencyContext claim = Objects.requireNonNull(IdempotencyContext.current());
                for (int i = 0; i < 2; i++) {
                    keys.add(claim.childKey("POST /charges " + claim.ordinalOf("POST /charges")));
                }
                throw new IntegrationException("away", FailureCategory.TEMPORARY, true);
            };
            bank.chargeOrSorry("a");
            bank.chargeOrSorry("a");
            assertThat(keys).hasSize(8);
            assertThat(keys.subList(0, 2)).doesNotHaveDuplicates();
            assertThat(keys.subList(2, 4)).isEqualTo(keys.subList(0, 2));
            assertThat(keys.subList(4, 8)).containsSubsequence(keys.subList(0, 4));
            bank.chargeOrSorry("b");
            assertThat(keys.subList(8, 10)).doesNotContainAnyElementsOf(keys.subList(0, 2));
            assertThat(IdempotencyContext.current()).isNull();
        });
    }

    @Test
    void codeIsIdempotentToo() {
        this.runner.run((context) -> {
            Idempotency idempotency = context.getBean(Idempotency.class);
            AtomicInteger charges = new AtomicInteger();
            IdempotentCode<List<Integer>> code =
                    idempotency.operation("code", new ParameterizedTypeReference<List<Integer>>() {});
            for (int i = 0; i < 2; i++) {
                assertThat(code.execute("a", List.of("content"), () -> List.of(charges.incrementAndGet())))
                        .containsExactly(1);
            }
            assertProblem(ProblemCode.KEY_REUSED, () -> code.execute("a", List.of("other"), () -> List.of(0)));
            assertProblem(ProblemCode.KEY_MISSING, () -> code.execute(" ", () -> List.of(0)));
            assertThat(charges).hasValue(1);
            assertThat(catchThrowable(() -> code.ttl(Duration.ofMinutes(5)).execute("b", () -> List.of(0))))
                    .hasMessageContaining("code");
        });
    }

    /** Lets a call run whose end is never written, as if its process had died, and its lease be over. */
    private ClaimToken die(Callable<?> call) throws Exception {
        this.store.deaf = true;
        try {
            call.call();
        } finally {
            this.store.deaf = false;
        }
        this.time.advance(Duration.ofSeconds(31));
        return this.store.granted.get(this.store.granted.size() - 1);
    }

    private static void as(String principal, String credentials, Callable<?> call) throws Exception {
        TestingAuthenticationToken token = new TestingAuthenticationToken(principal, credentials);
        token.setAuthenticated(true);
        SecurityContextHolder.getContext().setAuthentication(token);
        try {
            call.call();
        } finally {
            SecurityContextHolder.clearContext();
        }
    }

    private static void assertProblem(ProblemCode code, Callable<?> call) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(call::call)
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(code));
    }

    private void with(Scenario scenario) {
        this.runner.run((context) -> {
            assertThat(context).hasNotFailed();
            scenario.play(context.getBean(Bank.class));
        });
    }

    @FunctionalInterface
    private interface Scenario {
        void play(Bank bank) throws Exception;
    }
}
