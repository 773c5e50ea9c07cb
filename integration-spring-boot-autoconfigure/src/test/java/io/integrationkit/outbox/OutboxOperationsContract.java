package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.ManualTime;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What an operator sees and does, on each database. */
@ExtendWith(OutputCaptureExtension.class)
abstract class OutboxOperationsContract {

    private final Logger log = (Logger) LoggerFactory.getLogger(OutboxOperations.class);

    private final JdbcAccess access;

    private final JdbcShardLeases leases;

    private final OutboxEngine mine;

    private final OutboxEngine theirs;

    OutboxOperationsContract(JdbcAccess access) {
        this.access = access;
        this.mine = engine();
        this.theirs = engine();
        this.leases = new JdbcShardLeases(access, Outboxes.spec(), new ManualTime(), "mine", new Random());
        this.leases.prepare();
    }

    private OutboxEngine engine() {
        return OutboxEngine.durable(
                this.access,
                Outboxes.parts(
                        Outboxes.spec(),
                        List.of(new RecordingDestination("orders", "bills")),
                        () -> Outboxes.deadLetters(this.access, () -> null),
                        new ManualTime()));
    }

    @Test
    void whatIsOwedIsCountedByDestinationAndShard() {
        append("orders", "a", "a", "b");
        append("bills", "a");
        this.leases.renew();
        OutboxStatus status = this.mine.operations().status();
        assertThat(status.everythingPaused()).isFalse();
        assertThat(status.destinations())
                .extracting(OutboxStatus.Destination::name)
                .containsExactly("bills", "orders");
        assertThat(status.destinations())
                .extracting(OutboxStatus.Destination::messages)
                .containsExactly(1L, 3L);
        assertThat(status.destinations()).allSatisfy((destination) -> {
            assertThat(destination.oldestAge()).isNotNull().isGreaterThanOrEqualTo(java.time.Duration.ZERO);
            assertThat(destination.paused()).isFalse();
            assertThat(destination.unavailable()).isNull();
        });
        assertThat(status.shards()).hasSize(Outboxes.SHARDS).allSatisfy((shard) -> {
            assertThat(shard.owner()).isEqualTo("mine");
            assertThat(shard.epoch()).isEqualTo(1);
            assertThat(shard.leaseLeft())
                    .isPositive()
                    .isLessThanOrEqualTo(Outboxes.spec().lease());
        });
        assertThat(status.shards().stream()
                        .mapToLong(OutboxStatus.Shard::messages)
                        .sum())
                .isEqualTo(4);
    }

    @BeforeEach
    void listen() {
        this.log.setLevel(Level.INFO);
    }

    @AfterEach
    void asBefore() {
        this.log.setLevel(null);
    }

    @Test
    void aPauseIsSeenByEveryInstanceUntilItIsTakenBack(CapturedOutput output) {
        assertThat(this.mine.operations().pause("orders", "alice")).isTrue();
        assertThat(this.theirs.operations().pause("orders", "bob")).isFalse();
        assertThat(this.theirs.operations().status().destinations())
                .containsExactly(new OutboxStatus.Destination("orders", 0, null, true, HeldKeyCount.NONE, null));
        Pauses seen = new Pauses(new JdbcOutboxInspection(this.access, Outboxes.spec()));
        seen.refresh();
        assertThat(seen.includes("orders")).isTrue();
        assertThat(seen.includes("bills")).isFalse();
        assertThat(this.theirs.operations().resume("orders", "bob")).isTrue();
        assertThat(this.mine.operations().resume("orders", "alice")).isFalse();
        assertThat(this.mine.operations().status().destinations()).isEmpty();
        assertThat(output).containsOnlyOnce("Outbox: destination 'orders' was paused by alice");
        assertThat(output).containsOnlyOnce("Outbox: destination 'orders' was resumed by bob");
    }

    @Test
    void everythingCanBePausedAtOnce() {
        append("orders", "a");
        this.mine.operations().pause("bills", "alice");
        this.mine.operations().pause(OutboxOperations.EVERYTHING, "alice");
        OutboxStatus status = this.mine.operations().status();
        assertThat(status.everythingPaused()).isTrue();
        assertThat(status.destinations())
                .extracting(OutboxStatus.Destination::paused)
                .containsExactly(true, true);
        this.mine.operations().resume(OutboxOperations.EVERYTHING, "alice");
        assertThat(this.mine.operations().status().destinations())
                .extracting(OutboxStatus.Destination::paused)
                .containsExactly(true, false);
    }

    @Test
    void aLeaseThatIsReleasedGoesToTheNextWhoAsks() {
        this.leases.renew();
        assertThat(this.mine.operations().releaseLease(3, "alice")).isTrue();
        assertThat(this.mine.operations().releaseLease(3, "alice")).isFalse();
        JdbcShardLeases other =
                new JdbcShardLeases(this.access, Outboxes.spec(), new ManualTime(), "theirs", new Random());
        other.renew();
        assertThat(other.held()).containsOnlyKeys(3);
        this.leases.renew();
        assertThat(this.leases.held()).isNotEmpty().doesNotContainKey(3);
    }

    @Test
    void aShardThatDoesNotExistHasNoLease() {
        assertThat(this.mine.operations().releaseLease(4711, "alice")).isFalse();
    }

    @Test
    void messagesThatNobodySendsAreFound() {
        append("orders", "a");
        assertThat(codes()).contains(ProblemCode.OUTBOX_NOT_SENDING.id());
        assertThat(found())
                .anySatisfy((found) -> assertThat(found.problem())
                        .isEqualTo(
                                "Nobody sends for 1 of %d shards, which hold 1 messages".formatted(Outboxes.SHARDS)));
        this.leases.renew();
        assertThat(found()).noneSatisfy((found) -> assertThat(found.problem()).startsWith("Nobody sends"));
    }

    @Test
    void aPausedDestinationWithMessagesIsFoundAndOneWithoutIsNot() {
        this.mine.operations().pause("orders", "alice");
        assertThat(codes()).doesNotContain(ProblemCode.OUTBOX_PAUSED.id());
        append("orders", "a");
        assertThat(codes()).contains(ProblemCode.OUTBOX_PAUSED.id());
    }

    @Test
    void heldKeysAreToldByDestinationAndFoundWithWhatToDo() {
        append("orders", "a", "b", "c");
        append("bills", "a");
        append("slips", "a");
        hold("orders", "a", "BLOCKED");
        hold("orders", "b", "BLOCKED");
        hold("bills", "a", "PARKED");
        hold("slips", "a", "RELEASING");
        OutboxStatus status = this.mine.operations().status();
        assertThat(status.destinations())
                .extracting(OutboxStatus.Destination::heldKeys)
                .containsExactly(new HeldKeyCount(1, 0), new HeldKeyCount(0, 2), HeldKeyCount.NONE);
        assertThat(this.mine.keys().count()).isEqualTo(new HeldKeyCount(1, 2));
        assertThat(found())
                .filteredOn((found) -> found.code().equals(ProblemCode.OUTBOX_KEYS_BLOCKED.id()))
                .singleElement()
                .satisfies((found) -> {
                    assertThat(found.problem()).startsWith("2 keys of destination 'orders' are blocked");
                    assertThat(found.remedy()).contains("/actuator/outbox/keys", "unblock", "discard_head");
                });
        assertThat(found())
                .filteredOn((found) -> found.code().equals(ProblemCode.OUTBOX_KEYS_PARKED.id()))
                .singleElement()
                .satisfies((found) -> {
                    assertThat(found.problem()).startsWith("1 keys of destination 'bills' are parked");
                    assertThat(found.remedy()).contains("/actuator/outbox/keys", "release_key");
                });
    }

    @Test
    void aDestinationWithHeldKeysAndNoMessagesIsTold() {
        hold("orders", "a", "PARKED");
        assertThat(this.mine.operations().status().destinations())
                .containsExactly(new OutboxStatus.Destination("orders", 0, null, false, new HeldKeyCount(1, 0), null));
    }

    private void hold(String destination, String key, String state) {
        this.access
                .jdbc()
                .update(
                        """
                INSERT INTO integration_outbox_key_state \
                (shard, destination, msg_key, state, head_id, head_message_id, category, problem, replays_after, since) \
                VALUES (?, ?, ?, ?, 1, 'm', 'PERMANENT', 'x', 0, %s)""".formatted(this.access.database().clock()),
                        Shards.of(key, "", Outboxes.SHARDS),
                        destination,
                        key,
                        state);
    }

    private List<OutboxDiagnosis> found() {
        return this.mine.operations().diagnose(this.mine.operations().status());
    }

    final List<String> codes() {
        return found().stream().map(OutboxDiagnosis::code).toList();
    }

    final JdbcAccess access() {
        return this.access;
    }

    final void append(String destination, String... keys) {
        JdbcOutboxStore store = Outboxes.store(this.access, Outboxes.spec(), () -> {
            throw new IllegalStateException();
        });
        for (String key : keys) {
            store.append(List.of(Outboxes.record(destination + key, destination, key)));
        }
    }
}
