package io.integrationkit.test.deduplicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.context.TimeSource;
import io.integrationkit.deduplicate.Arrival;
import io.integrationkit.deduplicate.DeduplicationSpec;
import io.integrationkit.deduplicate.MessageIdentity;
import io.integrationkit.deduplicate.RedisInbox;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.test.TcpFaultProxy;
import io.integrationkit.test.TcpFaultProxy.Direction;
import io.integrationkit.testsupport.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * A line that breaks, or carries nothing, before a batch is received, after it was, and when it is handled: no message is
 * lost, and one is let in again only if Redis was not told that it was handled.
 */
@ExtendWith(OutputCaptureExtension.class)
class RedisInboxFailureTests {

    private static final DeduplicationSpec SPEC = new DeduplicationSpec(Duration.ofDays(7), 1, Duration.ofMinutes(5));

    private final List<MessageIdentity> batch = IntStream.range(0, 3)
            .mapToObj((number) -> new MessageIdentity("audit", "shop", "" + number))
            .toList();

    private RedisServer server;

    private TcpFaultProxy line;

    private RedisClient throughLine;

    private RedisClient direct;

    private RedisCommands<String, String> commands;

    /** An instance whose line is good. */
    private RedisInbox other;

    @BeforeEach
    void start() {
        this.server = new RedisServer();
        this.line = TcpFaultProxy.to("127.0.0.1", URI.create(this.server.url()).getPort());
        this.throughLine = RedisClient.create("redis://127.0.0.1:" + this.line.port());
        this.direct = this.server.client();
        this.commands = this.direct.connect().sync();
        this.other = over(this.direct, Duration.ofSeconds(10));
    }

    @AfterEach
    void stop() {
        this.line.heal();
        this.other.close();
        this.throughLine.close();
        this.direct.close();
        this.line.close();
        this.server.close();
    }

    private static RedisInbox over(RedisClient client, Duration timeout) {
        return RedisInbox.over(() -> client, "inbox:", SPEC, timeout, TimeSource.system());
    }

    private RedisInbox impatient() {
        RedisInbox inbox = over(this.throughLine, Duration.ofMillis(400));
        warmUp(inbox);
        return inbox;
    }

    private RedisInbox patient() {
        RedisInbox inbox = over(this.throughLine, Duration.ofSeconds(20));
        warmUp(inbox);
        return inbox;
    }

    /** So that the server knows the scripts. */
    private static void warmUp(RedisInbox inbox) {
        List<MessageIdentity> message = List.of(new MessageIdentity("warm", "", "up"));
        Awaitility.await()
                .ignoreExceptions()
                .until(() -> inbox.receiveAll(message).containsValue(Arrival.FIRST));
        inbox.forgetAll(message);
        inbox.receiveAll(message);
        inbox.handledAll(message);
    }

    private void assertRefused(RedisInbox inbox) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> inbox.receiveAll(this.batch))
                .satisfies((ex) -> {
                    assertThat(ex.code()).isEqualTo(ProblemCode.INBOX_UNAVAILABLE);
                    assertThat(ex.category()).isEqualTo(FailureCategory.TEMPORARY);
                });
    }

    private long scripts() {
        return this.commands
                .info("commandstats")
                .lines()
                .filter((line) -> line.startsWith("cmdstat_evalsha:"))
                .map((line) -> Long.valueOf(line.replaceAll("[^=]*=(\\d+),.*", "$1")))
                .findFirst()
                .orElse(0L);
    }

    private void endLeases() {
        this.commands.keys("*").stream()
                .filter((key) -> this.commands.get(key).startsWith("F"))
                .forEach(this.commands::del);
    }

    private void assertLetIn(RedisInbox inbox) {
        Awaitility.await()
                .ignoreExceptionsInstanceOf(ProblemException.class)
                .untilAsserted(
                        () -> assertThat(inbox.receiveAll(this.batch).values()).containsOnly(Arrival.FIRST));
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void aBatchThatALineDidNotCarryIsRefusedAndLetInWhenTheLineIsWell(Direction stalled) {
        try (RedisInbox inbox = impatient()) {
            this.line.stall(stalled);
            assertRefused(inbox);
            this.line.heal();
            assertLetIn(inbox);
            inbox.handledAll(this.batch);
            assertThat(this.other.receiveAll(this.batch).values()).containsOnly(Arrival.DUPLICATE);
        }
    }

    @Test
    void aBatchOnALineThatIsCutIsRefusedAndAnotherInstanceGetsIt() {
        try (RedisInbox inbox = impatient()) {
            this.line.cut();
            assertRefused(inbox);
            assertThat(this.other.receiveAll(this.batch).values()).containsOnly(Arrival.FIRST);
            this.other.handledAll(this.batch);
            this.line.heal();
            Awaitility.await()
                    .ignoreExceptionsInstanceOf(ProblemException.class)
                    .untilAsserted(() ->
                            assertThat(inbox.receiveAll(this.batch).values()).containsOnly(Arrival.DUPLICATE));
        }
    }

    /** Redis has let it in, but nobody knows: the process that asked must not keep it from everybody. */
    @Test
    void aBatchWhoseAnswerWasLostIsRefusedOrLetInButNotHeldBack() {
        try (RedisInbox inbox = patient()) {
            long before = scripts();
            this.line.stall(Direction.TO_CLIENT);
            CompletableFuture<Boolean> received = CompletableFuture.supplyAsync(() -> {
                try {
                    return inbox.receiveAll(this.batch).values().stream().allMatch(Arrival.FIRST::equals);
                } catch (ProblemException ex) {
                    return false;
                }
            });
            Awaitility.await().until(() -> scripts() >= before + this.batch.size());
            this.line.reset();
            this.line.heal();
            if (!received.join()) {
                assertLetIn(inbox);
            }
            assertThat(this.other.receiveAll(this.batch).values()).containsOnly(Arrival.IN_FLIGHT);
            inbox.handledAll(this.batch);
            assertThat(this.other.receiveAll(this.batch).values()).containsOnly(Arrival.DUPLICATE);
        }
    }

    @Test
    void whatBreaksWhileABatchIsHandledIsNotNoticed() {
        try (RedisInbox inbox = patient()) {
            assertThat(inbox.receiveAll(this.batch).values()).containsOnly(Arrival.FIRST);
            this.line.reset();
            assertThat(this.other.receiveAll(this.batch).values()).containsOnly(Arrival.IN_FLIGHT);
            inbox.handledAll(this.batch);
            assertThat(this.other.receiveAll(this.batch).values()).containsOnly(Arrival.DUPLICATE);
        }
    }

    @Test
    void aHandledBatchWhoseAnswerIsLostIsKnown(CapturedOutput output) {
        try (RedisInbox inbox = impatient()) {
            assertThat(inbox.receiveAll(this.batch).values()).containsOnly(Arrival.FIRST);
            this.line.stall(Direction.TO_CLIENT);
            inbox.handledAll(this.batch);
            assertThat(output).contains("INT-505", "was not told how audit ended");
            assertThat(this.other.receiveAll(this.batch).values()).containsOnly(Arrival.DUPLICATE);
        }
    }

    /** This is the at least once of it. */
    @Test
    void aHandledBatchOfWhichRedisWasNotToldIsLetInOnceMoreWhenItsLeaseIsOver(CapturedOutput output) {
        try (RedisInbox inbox = impatient()) {
            assertThat(inbox.receiveAll(this.batch).values()).containsOnly(Arrival.FIRST);
            this.line.halfOpen();
            inbox.handledAll(this.batch);
            assertThat(output).contains("INT-505", "was not told how audit ended");
            assertThat(this.other.receiveAll(this.batch).values()).containsOnly(Arrival.IN_FLIGHT);
            endLeases();
            assertThat(this.other.receiveAll(this.batch).values()).containsOnly(Arrival.FIRST);
            this.other.handledAll(this.batch);
            assertThat(this.other.receiveAll(this.batch).values()).containsOnly(Arrival.DUPLICATE);
        }
    }

    @Test
    void aBatchThatFailedOfWhichRedisWasNotToldIsLetInWhenItsLeaseIsOver() {
        try (RedisInbox inbox = impatient()) {
            assertThat(inbox.receiveAll(this.batch).values()).containsOnly(Arrival.FIRST);
            this.line.halfOpen();
            inbox.forgetAll(this.batch);
            assertThat(this.other.receiveAll(this.batch).values()).containsOnly(Arrival.IN_FLIGHT);
            endLeases();
            assertThat(this.other.receiveAll(this.batch).values()).containsOnly(Arrival.FIRST);
        }
    }
}
