package io.integrationkit.idempotency;

import io.integrationkit.call.OperationAnnotation;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The method does its work once for each key. The first call claims the key and runs; later calls with the same key get
 * its result, also after a restart if the keys are kept in a database.
 *
 * <p>Where the claim lives depends on the transaction ({@link #mode}). In one of the store's own database, the method's or
 * its caller's, claim, effect and result commit together: the effect happens exactly once. Without one the claim is a
 * lease, committed at once and renewed while the method runs; no connection is held meanwhile, and the claim survives a
 * rollback. If the process dies then, {@link #afterCrash} says what becomes of the key.
 *
 * <p>A call that finds its key claimed waits for the result, at most {@code integration.idempotency.max-wait} and the
 * deadline, then is refused ({@code RejectedException}) with the time after which to try again. The same key with other
 * arguments is refused as a mistake of the caller.
 *
 * <p>A failure of category {@code PERMANENT} or {@code VALIDATION} is remembered and thrown again as
 * {@link IdempotentReplayException}; programming errors, refused credentials and all other failures give the key back,
 * so that the next call runs. What a fallback answered is not remembered. A call that became a dead letter keeps its key:
 * only the replay of that entry runs again.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@OperationAnnotation(insideTransaction = true)
public @interface Idempotent {

    /**
     * Expression (SpEL) for the key, such as {@code #order.id} or {@code {#tenant, #order.id}}; see
     * {@link io.integrationkit.call.KeyExpression}.
     *
     * @return the expression, or blank for the header {@code Idempotency-Key} of the request; only on methods of Spring
     *     MVC controllers
     */
    String key() default "";

    /**
     * Expression (SpEL) for what must be the same wherever the key is, such as {@code {#order.amount, #order.currency}}.
     *
     * @return the expression, or blank to compare all arguments as JSON
     */
    String fingerprint() default "";

    /**
     * Whose keys meet.
     *
     * @return whether each caller has keys of its own
     */
    KeyScope scope() default KeyScope.DEFAULT;

    /**
     * Where the claim lives.
     *
     * @return in a transaction, or a lease
     */
    IdempotencyMode mode() default IdempotencyMode.AUTO;

    /**
     * What a call does that finds another one with its key under way.
     *
     * @return whether it waits or is refused at once
     */
    OnConcurrent onConcurrent() default OnConcurrent.WAIT;

    /**
     * What becomes of a leased key whose call never told how it ended.
     *
     * @return whether the next call does the work, is refused, or asks the {@link Reconciler}
     */
    AfterCrash afterCrash() default AfterCrash.RE_EXECUTE;

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
     * Time after which a call that has neither ended nor renewed its lease counts as dead, such as {@code 30s}. It is
     * renewed every third of this time while the method runs.
     *
     * @return the time, or blank for {@code integration.idempotency.lease}
     */
    String lease() default "";
}
