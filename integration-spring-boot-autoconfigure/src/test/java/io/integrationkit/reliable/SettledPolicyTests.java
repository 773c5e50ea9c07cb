package io.integrationkit.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.integrationkit.limit.RateLimiters;
import io.integrationkit.reliable.RunTimeChanges.Change;
import io.integrationkit.testsupport.ManualTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SettledPolicyTests {

    private final ManualTime time = new ManualTime();

    private final SharedStates shared =
            new SharedStates(new CircuitBreakers(this.time), RateLimiters.local(), this.time);

    private final PolicyGroup group = new PolicyGroup("chat", "policy 'chat'", List.of(PolicyLayer.STANDARD));

    @Test
    void aChangeThatComesWhileAnOperationSettlesIsNotLost() throws InterruptedException {
        List<Thread> changing = new ArrayList<>();
        this.shared.onSettle((policy) -> {
            if (changing.isEmpty()) {
                Thread thread = new Thread(this::change);
                changing.add(thread);
                thread.start();
                awaitEndOrLock(thread);
            }
        });
        SettledPolicy settled = settle();
        changing.get(0).join();
        assertThat(this.group.shared().current().retry().maxAttempts()).isEqualTo(7);
        assertThat(settled.current().policy().retry().maxAttempts()).isEqualTo(7);
    }

    @Test
    void anOperationThatCannotSettleDoesNotFollowItsPolicy() {
        List<String> told = new ArrayList<>();
        OperationPolicy member = this.group.join("one", PolicyLayer.STANDARD);
        assertThatIllegalStateException()
                .isThrownBy(() -> member.follow((policy) -> {
                    told.add("told");
                    throw new IllegalStateException();
                }));
        change();
        assertThat(told).hasSize(1);
    }

    private SettledPolicy settle() {
        OperationPolicy member = this.group.join("one", PolicyLayer.STANDARD);
        return new SettledPolicy(member, this.shared, UnknownOutcome.RETRY, new Random(1));
    }

    private void change() {
        PolicySettings settings = PolicySettings.of(7, null, null, null);
        this.group.change((changes) -> changes.with(new Change(settings, "alice", Instant.EPOCH, null)));
    }

    private static void awaitEndOrLock(Thread thread) {
        while (thread.getState() == Thread.State.NEW || thread.getState() == Thread.State.RUNNABLE) {
            Thread.onSpinWait();
        }
    }
}
