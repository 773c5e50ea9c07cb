package io.integrationkit.reliable;

import io.integrationkit.call.Call;
import io.integrationkit.call.Stage;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/**
 * Makes the attempts of a method that returns a {@code Mono} or a {@code Flux}, without holding a thread between them.
 * An attempt is one subscription to what the method returns; it succeeds when that completes. Once an element was passed
 * on there is no further attempt: the subscriber would get it twice. Nor is there one in a transaction of the subscriber,
 * whether its thread or its Reactor context carries it.
 */
final class ReactorAttempts implements Stage {

    private final Stage next;

    private final SettledPolicy policy;

    private final AttemptTools tools;

    private final LaterEntrance entrance;

    private final Scheduler scheduler;

    private final boolean many;

    ReactorAttempts(Stage next, SettledPolicy policy, AttemptTools tools, boolean many) {
        this.next = next;
        this.policy = policy;
        this.tools = tools;
        this.entrance = new LaterEntrance(policy.current().policy().name(), tools);
        this.scheduler = Schedulers.fromExecutor(tools.executor());
        this.many = many;
    }

    @Override
    public Object run(Call call) {
        boolean inTransaction =
                this.tools.joinsTransaction() && TransactionSynchronizationManager.isActualTransactionActive();
        LaterCall later = new LaterCall(call, this.policy, this.tools, inTransaction);
        ReactorCall reactor = new ReactorCall(this.next, this.entrance, this.scheduler, later);
        Flux<Object> attempts = Flux.deferContextual(reactor::attempt)
                .retryWhen(Retry.from((failures) -> failures.concatMap((signal) -> reactor.after(signal.failure()))))
                .onErrorResume(UnwantedResult.class, UnwantedResult::published);
        return this.many ? attempts : attempts.singleOrEmpty();
    }
}
