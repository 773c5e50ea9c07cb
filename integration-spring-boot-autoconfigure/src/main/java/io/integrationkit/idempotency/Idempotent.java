package io.integrationkit.idempotency;

import io.integrationkit.call.OperationAnnotation;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The method does its work once for each key. The first call claims the key with a lease and runs; later calls with the
 * same key get its result, also after a restart if the keys are kept in a database. No transaction and no connection is
 * held while the method runs, and the claim survives a rollback of the caller.
 *
 * <p>A call that finds its key claimed waits for the result, at most {@code integration.idempotency.max-wait} and the
 * deadline, then is refused ({@code RejectedException}) with the time after which to try again. The same key with other
 * arguments is refused as a mistake of the caller.
 *
 * <p>A failure of category {@code PERMANENT} or {@code VALIDATION} is remembered and thrown again as
 * {@link IdempotentReplayException}; programming errors, refused credentials and all other failures give the key back,
 * so that the next call runs. A call that became a dead letter keeps its key: only the replay of that entry runs again.
 *
 * <p>What is promised: the work is done once as long as it ends within the lease. If the process dies in the middle, or
 * outlives its lease, the next call with the key runs the method again.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@OperationAnnotation
public @interface Idempotent {

    /**
     * Expression (SpEL) for the key, such as {@code #order.id} or {@code {#tenant, #order.id}}; see
     * {@link io.integrationkit.call.KeyExpression}.
     *
     * @return the expression
     */
    String key();

    /**
     * Name of the operation; keys of different operations never meet.
     *
     * @return the name, or blank for {@code beanName.method}
     */
    String operation() default "";

    /**
     * Time for which a result is remembered, such as {@code 24h}.
     *
     * @return the time, or blank for {@code integration.idempotency.ttl}
     */
    String ttl() default "";

    /**
     * Time after which a call that has not ended counts as dead and its key is given to the next one, such as
     * {@code 30s}. Longer than the longest call, with all its attempts.
     *
     * @return the time, or blank for {@code integration.idempotency.lease}
     */
    String lease() default "";
}
