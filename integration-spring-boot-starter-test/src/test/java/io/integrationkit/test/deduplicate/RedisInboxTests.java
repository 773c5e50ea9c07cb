package io.integrationkit.test.deduplicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.deduplicate.Arrival;
import io.integrationkit.deduplicate.DeduplicationSpec;
import io.integrationkit.deduplicate.Inbox;
import io.integrationkit.deduplicate.MessageIdentity;
import io.integrationkit.deduplicate.RedisInbox;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.test.InboxContract;
import io.integrationkit.test.VirtualTime;
import io.integrationkit.testsupport.Race;
import io.integrationkit.testsupport.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Each inbox over one server stands for an instance of an application. */
@ExtendWith(OutputCaptureExtension.class)
class RedisInboxTests extends InboxContract {

    private static final DeduplicationSpec SPEC = new DeduplicationSpec(Duration.ofDays(7), 1, Duration.ofMinutes(5));

    private static RedisServer server;

    private static RedisClient client;

    private static RedisCommands<String, String> commands;

    private final VirtualTime clock = new VirtualTime();

    private final MessageIdentity first = new MessageIdentity("audit", "shop", "1");

    private final MessageIdentity second = new MessageIdentity("audit", "shop", "2");

    private RedisInbox inbox;

    private RedisInbox other;

    @BeforeAll
    static void start() {
        server = new RedisServer();
        client = server.client();
        commands = client.connect().sync();
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    @BeforeEach
    void open() {
        commands.flushall();
        commands.configSet("maxmemory-policy", "noeviction");
        this.inbox = over();
        this.other = over();
    }

    @AfterEach
    void close() {
        this.inbox.close();
        this.other.close();
    }

    private RedisInbox over() {
        return RedisInbox.over(() -> client, "inbox[*]:", SPEC, Duration.ofSeconds(10), this.clock);
    }

    @Override
    protected Inbox inbox() {
        return this.inbox;
    }

    @Override
    protected boolean forgetsByItself() {
        return true;
    }

    @Override
    protected void endRetention() {
        expire("D");
    }

    private static void endLeases() {
        expire("F");
    }

    private static void expire(String state) {
        commands.eval(
                "for _, key in ipairs(redis.call('KEYS', '*')) do if string.sub(redis.call('GET', key), 1, 1) == ARGV[1] then redis.call('DEL', key) end end",
                ScriptOutputType.STATUS,
                new String[0],
                state);
    }

    @Test
    void instancesShareWhatIsInFlightAndWhatWasHandled() {
        assertThat(this.inbox.receive(this.first)).isEqualTo(Arrival.FIRST);
        assertThat(this.other.receive(this.first)).isEqualTo(Arrival.IN_FLIGHT);
        assertThat(this.other.receiveAll(List.of(this.second, this.first)))
                .containsEntry(this.first, Arrival.IN_FLIGHT)
                .containsEntry(this.second, Arrival.FIRST);
        this.inbox.handled(this.first);
        assertThat(this.other.receive(this.first)).isEqualTo(Arrival.DUPLICATE);
    }

    @Test
    void whatAProcessLeftInFlightIsLetInAgainWhenItsLeaseIsOver(CapturedOutput output) {
        assertThat(this.inbox.receive(this.first)).isEqualTo(Arrival.FIRST);
        endLeases();
        assertThat(this.other.receive(this.first)).isEqualTo(Arrival.FIRST);
        this.inbox.handled(this.first);
        assertThat(output).contains("INT-507").contains("integration.deduplicate.redis-lease");
        assertThat(this.inbox.receive(this.first)).as("still the other's").isEqualTo(Arrival.IN_FLIGHT);
        this.other.forget(this.first);
        assertThat(this.inbox.receive(this.first)).isEqualTo(Arrival.FIRST);
    }

    @Test
    void whoLostItsLeaseTakesNothingFromTheNext() {
        this.inbox.receive(this.first);
        endLeases();
        assertThat(this.other.receive(this.first)).isEqualTo(Arrival.FIRST);
        this.inbox.forget(this.first);
        assertThat(this.inbox.receive(this.first)).isEqualTo(Arrival.IN_FLIGHT);
        this.other.handled(this.first);
        assertThat(this.inbox.receive(this.first)).isEqualTo(Arrival.DUPLICATE);
    }

    @Test
    void whatWasHandledAfterItsLeaseIsKnownAllTheSame(CapturedOutput output) {
        this.inbox.receive(this.first);
        endLeases();
        this.inbox.handled(this.first);
        assertThat(this.other.receive(this.first)).isEqualTo(Arrival.DUPLICATE);
        assertThat(output).doesNotContain("INT-507");
    }

    @Test
    void aBatchTakesNothingBehindAMessageThatItsProcessHandles() {
        this.inbox.receive(this.first);
        assertThat(this.inbox.receiveAll(List.of(this.second, this.first)).values())
                .containsOnly(Arrival.IN_FLIGHT);
        assertThat(this.other.receive(this.second)).isEqualTo(Arrival.FIRST);
    }

    /** The worst interleaving of their scripts: each has one that the other wants. */
    @Test
    void batchesOfTwoInstancesThatRefusedEachOtherAreLetInWhenTheyComeAgain() {
        List<MessageIdentity> batch = List.of(this.first, this.second);
        assertThat(this.inbox.receive(this.first)).isEqualTo(Arrival.FIRST);
        assertThat(this.other.receive(this.second)).isEqualTo(Arrival.FIRST);
        assertThat(this.inbox.receiveAll(List.of(this.second)).values()).containsOnly(Arrival.IN_FLIGHT);
        assertThat(this.other.receiveAll(List.of(this.first)).values()).containsOnly(Arrival.IN_FLIGHT);
        this.inbox.forgetAll(List.of(this.first));
        this.other.forgetAll(List.of(this.second));

        assertThat(this.other.receiveAll(batch).values()).containsOnly(Arrival.FIRST);
        assertThat(this.inbox.receiveAll(batch).values()).containsOnly(Arrival.IN_FLIGHT);
        this.other.handledAll(batch);
        assertThat(this.inbox.receiveAll(batch).values()).containsOnly(Arrival.DUPLICATE);
    }

    @Test
    void ofTwoInstancesWithTheSameBatchesOneHandlesEachMessage() throws Exception {
        for (int round = 0; round < 30; round++) {
            List<MessageIdentity> batch =
                    Stream.generate(RedisInboxTests::fresh).limit(20).toList();
            Map<MessageIdentity, Integer> effects = new ConcurrentHashMap<>();
            Queue<RedisInbox> instances = new ConcurrentLinkedQueue<>(List.of(this.inbox, this.other));
            for (Future<Void> each : Race.run(2, () -> untilHandled(instances.remove(), batch, effects))) {
                each.get();
            }
            assertThat(effects.keySet()).containsExactlyInAnyOrderElementsOf(batch);
            assertThat(effects.values()).containsOnly(1);
        }
    }

    private static MessageIdentity fresh() {
        return new MessageIdentity("audit", "shop", UUID.randomUUID().toString());
    }

    /** As a container would: a batch that is refused comes again. */
    private static Void untilHandled(
            RedisInbox instance, List<MessageIdentity> batch, Map<MessageIdentity, Integer> effects) {
        Random pauses = new Random();
        while (true) {
            Map<MessageIdentity, Arrival> arrivals = instance.receiveAll(batch);
            List<MessageIdentity> first = batch.stream()
                    .filter((each) -> arrivals.get(each) == Arrival.FIRST)
                    .toList();
            if (!arrivals.containsValue(Arrival.IN_FLIGHT)) {
                first.forEach((each) -> effects.merge(each, 1, Integer::sum));
                instance.handledAll(first);
                return null;
            }
            instance.forgetAll(first);
            LockSupport.parkNanos(pauses.nextInt(2_000_000));
        }
    }

    @Test
    void aProcessDoesNotTakeOverWhatItIsHandlingItself() {
        this.inbox.receive(this.first);
        endLeases();
        assertThat(this.inbox.receive(this.first)).isEqualTo(Arrival.IN_FLIGHT);
        this.inbox.handled(this.first);
        assertThat(this.inbox.receive(this.first)).isEqualTo(Arrival.DUPLICATE);
    }

    @Test
    void leaseAndRetentionAreTimesOfTheServer() {
        this.inbox.receive(this.first);
        assertThat(expiry()).isBetween(Duration.ofMinutes(4), Duration.ofMinutes(5));
        this.inbox.handled(this.first);
        assertThat(expiry()).isBetween(Duration.ofDays(6), Duration.ofDays(7));
        this.inbox.receive(this.first);
        assertThat(expiry()).isBetween(Duration.ofDays(6), Duration.ofDays(7));
    }

    private static Duration expiry() {
        return Duration.ofMillis(commands.pttl(commands.keys("*").get(0)));
    }

    @Test
    void scriptsThatTheServerForgotAreSentAgain() {
        commands.scriptFlush();
        assertThat(this.inbox.receiveAll(List.of(this.first, this.second)).values())
                .containsOnly(Arrival.FIRST);
        commands.scriptFlush();
        this.inbox.handledAll(List.of(this.first, this.second));
        commands.scriptFlush();
        assertThat(this.other.receiveAll(List.of(this.first, this.second)).values())
                .containsOnly(Arrival.DUPLICATE);
    }

    @Test
    void aRedisThatEvictsIsReported(CapturedOutput output) {
        commands.configSet("maxmemory-policy", "allkeys-lru");
        try (RedisInbox evicting = over()) {
            Awaitility.await().until(() -> output.getAll().contains("INT-506"));
            assertThat(output).contains("allkeys-lru").contains("integration.deduplicate.store=redis");
            assertThat(evicting.receive(this.first)).isEqualTo(Arrival.FIRST);
        }
    }

    @Test
    void withoutRedisNothingIsLetInAndAnEndIsNoFailure(CapturedOutput output) {
        RedisServer own = new RedisServer();
        RedisClient itsClient = own.client();
        VirtualTime time = new VirtualTime();
        try (RedisInbox dying = RedisInbox.over(() -> itsClient, "inbox:", SPEC, Duration.ofMillis(300), time)) {
            assertThat(dying.receive(this.first)).isEqualTo(Arrival.FIRST);
            own.stop();
            dying.handled(this.first);
            assertThat(output).contains("INT-505").contains("was not told how audit ended");
            for (int call = 0; call < 2; call++) {
                assertThatExceptionOfType(ProblemException.class)
                        .isThrownBy(() -> dying.receive(this.second))
                        .satisfies((ex) -> {
                            assertThat(ex.code()).isEqualTo(ProblemCode.INBOX_UNAVAILABLE);
                            assertThat(ex.category()).isEqualTo(FailureCategory.TEMPORARY);
                        })
                        .withMessageContaining("integration.deduplicate.redis-timeout");
            }
            own.restart();
            Awaitility.await().ignoreExceptions().until(() -> dying.receive(this.second) == Arrival.FIRST);
        } finally {
            itsClient.close();
            own.close();
        }
    }

    @Test
    void itSaysWhatItIs() {
        assertThat(this.inbox.engine()).isEqualTo("redis");
        assertThat(this.inbox.durable()).isTrue();
        assertThat(this.inbox.transactions()).isNull();
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> RedisInbox.over(() -> client, "inbox:", SPEC, Duration.ZERO, this.clock))
                .withMessageContaining("integration.deduplicate.redis-timeout");
    }
}
