package io.integrationkit.reliable;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.call.Operation;
import io.integrationkit.call.SimpleCalls;
import io.integrationkit.reliable.RetryStopped.Rule;
import io.integrationkit.testsupport.ManualTime;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Publisher;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.reactive.AbstractReactiveTransactionManager;
import org.springframework.transaction.reactive.GenericReactiveTransaction;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;
import org.springframework.transaction.reactive.TransactionalOperator;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Attempts of methods that return publishers, in a transaction of who subscribes. */
@Timeout(30)
class ReactorTransactionTests {

    private final ManualTime time = new ManualTime();

    private final Policies policies = new Policies(this.time).retry(Policies.AT_ONCE);

    private final Operation operation = SimpleCalls.operation(this, "work");

    private final IOException failure = new IOException();

    private int attempts;

    String work() {
        return "done";
    }

    @Test
    void triesOnceInsideAReactiveTransactionOfTheSubscriber() {
        assertOneAttempt(TransactionalOperator.create(new Transactions()).transactional(attempts()));
    }

    @Test
    void triesAgainWhereTheReactiveTransactionManagerHasBegunNoTransaction() {
        assertAllAttempts(TransactionalOperator.create(
                        new Transactions(),
                        new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_SUPPORTS))
                .transactional(attempts()));
    }

    @Test
    void triesAgainInsideAReactiveTransactionThatItsAttemptsDoNotJoin() {
        this.policies.joinsTransaction(false);
        assertAllAttempts(TransactionalOperator.create(new Transactions()).transactional(attempts()));
    }

    @Test
    void triesAgainOutsideATransactionInAContextWithOtherContents() {
        assertAllAttempts(attempts().contextWrite((context) -> context.put("tenant", "blue")));
    }

    @Test
    void triesOnceInsideABlockingTransactionOfTheSubscriber() {
        inBlockingTransaction(() -> assertOneAttempt(attempts()));
    }

    @Test
    void triesAgainInsideABlockingTransactionThatItsAttemptsDoNotJoin() {
        this.policies.joinsTransaction(false);
        inBlockingTransaction(() -> assertAllAttempts(attempts()));
    }

    private static void inBlockingTransaction(Runnable work) {
        org.springframework.transaction.support.TransactionSynchronizationManager.setActualTransactionActive(true);
        try {
            work.run();
        } finally {
            org.springframework.transaction.support.TransactionSynchronizationManager.setActualTransactionActive(false);
        }
    }

    private void assertOneAttempt(Publisher<?> publisher) {
        assertAttempts(publisher, 1, Rule.IN_TRANSACTION);
    }

    private void assertAllAttempts(Publisher<?> publisher) {
        assertAttempts(publisher, 3, Rule.MAX_ATTEMPTS);
    }

    private void assertAttempts(Publisher<?> publisher, int expected, Rule rule) {
        Throwable[] error = new Throwable[1];
        Flux.from(publisher).subscribe((element) -> {}, (thrown) -> error[0] = thrown);
        this.time.advance(Duration.ZERO);
        assertThat(error[0]).isSameAs(this.failure);
        assertThat(this.attempts).isEqualTo(expected);
        assertThat(this.failure.getSuppressed())
                .singleElement()
                .isInstanceOfSatisfying(
                        RetryStopped.class, (note) -> assertThat(note.rule()).isEqualTo(rule));
    }

    /** Each subscription is a call, as it is for who subscribes to what an annotated method returned. */
    private Flux<Object> attempts() {
        return Flux.defer(() -> Flux.from(run()));
    }

    @SuppressWarnings("unchecked")
    private Publisher<Object> run() {
        return (Publisher<Object>) new ReactorAttempts(
                        (call) -> {
                            this.attempts++;
                            return Mono.error(this.failure);
                        },
                        this.policies.settle(),
                        this.policies.tools(),
                        true)
                .run(SimpleCalls.call(this.time, this.operation));
    }

    /** Begins and ends transactions of nothing. */
    private static final class Transactions extends AbstractReactiveTransactionManager {

        private static final long serialVersionUID = 1L;

        @Override
        protected Object doGetTransaction(TransactionSynchronizationManager synchronizations) {
            return new Object();
        }

        @Override
        protected Mono<Void> doBegin(
                TransactionSynchronizationManager synchronizations,
                Object transaction,
                TransactionDefinition definition) {
            return Mono.empty();
        }

        @Override
        protected Mono<Void> doCommit(
                TransactionSynchronizationManager synchronizations, GenericReactiveTransaction status) {
            return Mono.empty();
        }

        @Override
        protected Mono<Void> doRollback(
                TransactionSynchronizationManager synchronizations, GenericReactiveTransaction status) {
            return Mono.empty();
        }
    }
}
