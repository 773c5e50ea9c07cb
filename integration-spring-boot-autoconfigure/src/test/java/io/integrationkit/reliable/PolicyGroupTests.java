package io.integrationkit.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.reliable.OperationPolicy.Step;
import io.integrationkit.reliable.RunTimeChanges.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
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
            follow(member, (policy) -> {
                assertThat(member.current()).isSameAs(policy);
                told.add(member.subject() + " " + policy.retry().maxAttempts());
            });
        }
        told.clear();
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
        List<Policy> told = new ArrayList<>();
        follow(one, told::add);
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() ->
                        this.group.change((changes) -> changes.with(change(settings(7, Duration.ofSeconds(2))))))
                .withMessageContaining("two");
        assertThat(told).containsExactly(before);
        assertThat(one.current()).isSameAs(before);
        assertThat(this.group.changes()).isEqualTo(RunTimeChanges.NONE);
    }

    @Test
    void whateverFailsOnTheWayEverybodyLivesByWhatWasBefore() {
        OperationPolicy one = this.group.join("one", annotation(2, null));
        OperationPolicy two = this.group.join("two", annotation(2, null));
        List<Integer> told = new ArrayList<>();
        Policy before = one.current();
        follow(one, (policy) -> told.add(policy.retry().maxAttempts()));
        StackOverflowError error = new StackOverflowError();
        follow(two, (policy) -> {
            if (policy.retry().maxAttempts() == 7) {
                throw error;
            }
        });
        assertThatExceptionOfType(StackOverflowError.class)
                .isThrownBy(() -> this.group.change((changes) -> changes.with(change(settings(7, null)))))
                .isSameAs(error);
        assertThat(one.current()).isSameAs(before);
        assertThat(told).containsExactly(2, 7, 2);
        assertThat(this.group.changes()).isEqualTo(RunTimeChanges.NONE);
        this.group.change((changes) -> changes.with(change(settings(8, null))));
        assertThat(told).endsWith(8);
    }

    @Test
    void whoHasLeftDoesNotDecideAboutChanges() {
        this.group.leave(this.group.join("one", annotation(2, Duration.ofSeconds(1))));
        this.group.change((changes) -> changes.with(change(settings(7, Duration.ofSeconds(2)))));
        assertThat(this.group.shared().current().retry().maxAttempts()).isEqualTo(7);
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

    private static void follow(OperationPolicy member, Consumer<Policy> told) {
        member.follow((changed) -> {
            Policy before = member.current();
            return new Step() {

                @Override
                public void putInForce() {
                    told.accept(changed);
                }

                @Override
                public void takeBack() {
                    told.accept(before);
                }
            };
        });
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
