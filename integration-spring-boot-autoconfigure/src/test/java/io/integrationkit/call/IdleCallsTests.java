package io.integrationkit.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.integrationkit.context.Scope;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.ProblemCode;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IdleCallsTests {

    private final Operation operation = SimpleCalls.operation(this, "work");

    private final MethodInvocation first = SimpleCalls.invocation(this.operation, "first");

    private final MethodInvocation second = SimpleCalls.invocation(this.operation, "second");

    String work() {
        return "done";
    }

    @Test
    void theSameObjectServesOneCallAfterTheOtherAndKnowsNothingOfTheOneBefore() {
        IdleCalls calls = IdleCalls.ofThread();
        Call call = take(calls, this.first);
        call.attemptStarted();
        call.overran();
        call.refused(ProblemCode.CIRCUIT_OPEN);
        call.identifiedBy("key");
        call.deadLettered("entry");
        call.traced(new NoSpan());
        IdleCalls.give(call, true);
        Call next = take(calls, this.second);
        assertThat(next).isSameAs(call);
        assertThat(next.arguments()).containsExactly("second");
        assertThat(next.attempts()).isZero();
        assertThat(next.overruns()).isZero();
        assertThat(next.refusal()).isNull();
        assertThat(next.key()).isNull();
        assertThat(next.deadLetterId()).isNull();
        assertThat(next.span()).isNull();
        assertThat(next.outcome()).isEqualTo(CallOutcome.EXECUTED);
        IdleCalls.give(next, true);
    }

    @Test
    void aCallInsideAnotherOneHasAnObjectOfItsOwn() {
        IdleCalls calls = IdleCalls.ofThread();
        Call outer = take(calls, this.first);
        Call inner = take(calls, this.second);
        assertThat(inner).isNotSameAs(outer);
        IdleCalls.give(inner, true);
        assertThat(outer.arguments()).containsExactly("first");
        IdleCalls.give(outer, true);
    }

    @Test
    void whoeverKeptACallDoesNotSeeTheArgumentsOfAnother() {
        IdleCalls calls = IdleCalls.ofThread();
        Call call = take(calls, this.first);
        IdleCalls.give(call, true);
        assertThatIllegalStateException().isThrownBy(call::arguments).withMessageContaining("has ended");
        assertThatIllegalStateException().isThrownBy(call::target);
        assertThatIllegalStateException().isThrownBy(() -> MethodStage.METHOD.run(call));
    }

    /** An old object is dear to write to; where one is replaced, nobody notices. */
    @Test
    void anObjectIsReplacedBeforeItGrowsOld() {
        IdleCalls calls = IdleCalls.ofThread();
        Call call = take(calls, this.first);
        IdleCalls.give(call, true);
        int same = 0;
        Call next = take(calls, this.second);
        while (next == call) {
            same++;
            IdleCalls.give(next, true);
            next = take(calls, this.second);
        }
        IdleCalls.give(next, true);
        assertThat(same).isLessThan(IdleCalls.MOST_CALLS);
        assertThat(next.stripe()).isEqualTo(call.stripe());
        assertThat(take(calls, this.first)).isSameAs(next);
        IdleCalls.give(next, true);
    }

    @Test
    void eachThreadHasAStripeOfItsOwn() throws Exception {
        FutureTask<Integer> other = new FutureTask<>(() -> IdleCalls.ofThread().stripe());
        FutureTask<Integer> third = new FutureTask<>(() -> IdleCalls.ofThread().stripe());
        new Thread(other).start();
        int stripe = other.get();
        new Thread(third).start();
        assertThat(third.get()).isGreaterThan(stripe);
        assertThat(IdleCalls.ofThread().stripe()).isEqualTo(IdleCalls.ofThread().stripe());
    }

    @Test
    void threadsDoNotShareThem() throws Exception {
        Call mine = take(IdleCalls.ofThread(), this.first);
        IdleCalls.give(mine, true);
        FutureTask<Call> other = new FutureTask<>(() -> take(IdleCalls.ofThread(), this.second));
        new Thread(other).start();
        assertThat(other.get()).isNotSameAs(mine);
    }

    private Call take(IdleCalls calls, MethodInvocation invocation) {
        return calls.take(this.operation, invocation, (repeated, same) -> repeated, TimeSource.system());
    }

    private static final class NoSpan implements CallTracing.Span {

        @Override
        public Scope open() {
            return () -> {};
        }

        @Override
        public Map<String, ?> context() {
            return Map.of();
        }

        @Override
        public void ended(Call call, @Nullable Throwable failure) {}
    }
}
