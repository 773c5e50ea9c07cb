package io.integrationkit.idempotency;

import io.integrationkit.call.PayloadCodec;
import io.integrationkit.context.CurrentTenant;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.FailureClassification;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What idempotent calls work with besides their store.
 *
 * @param codec writes arguments and results
 * @param limits what of a result is stored, and how
 * @param classification says what kind of failure an exception is
 * @param time measures and makes waits
 * @param executor runs what may block: renewals of leases, ends of results that come later
 * @param callers tells who calls, or {@code null} if nobody can
 * @param tenants tells for which tenant, or {@code null} if there are none
 * @param reconcilers those of all operations; asked when plans are made
 * @param managers finds the managers of methods' transactions
 * @param cacheBytes about how much memory known results may take; zero keeps none
 */
public record IdempotencyTools(
        PayloadCodec codec,
        ResultLimits limits,
        FailureClassification classification,
        TimeSource time,
        Executor executor,
        @Nullable CallerScope callers,
        @Nullable CurrentTenant tenants,
        Supplier<List<Reconciler>> reconcilers,
        TransactionManagers managers,
        long cacheBytes) {

    /** Finds the manager of a method's transactions. */
    @FunctionalInterface
    public interface TransactionManagers {

        /**
         * Finds a manager.
         *
         * @param qualifier what {@code @Transactional} names, blank for the manager that is used otherwise
         * @return the manager, or {@code null} if there is none
         */
        @Nullable
        Object find(String qualifier);
    }
}
