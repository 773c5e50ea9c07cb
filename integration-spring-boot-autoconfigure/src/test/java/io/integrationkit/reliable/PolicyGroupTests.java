package io.integrationkit.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.reliable.RunTimeChanges.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PolicyGroupTests {

    private final PolicyGroup group = new PolicyGroup(
            "chat",
            "policy 'chat'",
            List.of(
                    PolicyLayer.of(PolicySettings.NONE, (name) -> "policy"),
                    PolicyLayer.of(PolicySettings.NONE, (name) -> "defaults"),
                    PolicyLayer.STANDARD));

    @Test
    void everyMemberIsToldOfAChangeAfterItIsInForce() {
        OperationPolicy one = this.group.join("one", annotation(2, null));
        OperationPolicy two = this.group.join("two", annotation(3, null));
        List<String> told = new ArrayList<>();
        for (OperationPolicy member : List.of(this.group.shared(), one, two)) {
            member.onChange((policy) -> {
                assertThat(member.current()).isSameAs(policy);
                told.add(member.subject() + " " + policy.retry().maxAttempts());
            });
        }
        this.group.change((changes) -> changes.with(change(settings(7, null))));
        assertThat(told).containsExactly("policy 'chat' 7", "one 7", "two 7");
        this.group.change((changes) -> RunTimeChanges.NONE);
        assertThat(told.subList(3, 6)).containsExactly("policy 'chat' 3", "one 2", "two 3");
    }

    @Test
    void nobodyIsToldOfAChangeThatOneMemberCannotWorkWith() {
        OperationPolicy one = this.group.join("one", annotation(2, null));
        this.group.join("two", annotation(2, Duration.ofSeconds(1)));
        Policy before = one.current();
        one.onChange((policy) -> {
            throw new AssertionError("told");
        });
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() ->
                        this.group.change((changes) -> changes.with(change(settings(7, Duration.ofSeconds(2))))))
                .withMessageContaining("two");
        assertThat(one.current()).isSameAs(before);
        assertThat(this.group.changes()).isEqualTo(RunTimeChanges.NONE);
    }

    @Test
    void anOperationThatComesLaterLivesByTheChangesInForce() {
        this.group.change((changes) -> changes.with(change(settings(7, null))));
        assertThat(this.group
                        .join("late", annotation(2, null))
                        .current()
                        .retry()
                        .maxAttempts())
                .isEqualTo(7);
    }

    private static PolicyLayer annotation(int maxAttempts, @Nullable Duration deadline) {
        return PolicyLayer.of(PolicySettings.of(maxAttempts, null, deadline, null), (name) -> "annotation");
    }

    private static PolicySettings settings(int maxAttempts, @Nullable Duration attemptTimeout) {
        return PolicySettings.of(maxAttempts, attemptTimeout, null, null);
    }

    private static Change change(PolicySettings settings) {
        return new Change(settings, "alice", Instant.EPOCH, null);
    }
}
