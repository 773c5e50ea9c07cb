package io.integrationkit.reliable;

import io.integrationkit.call.OperationAnnotation;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.core.annotation.AliasFor;

/**
 * Makes the calls of a method reliable: failures that may pass are tried again with exponential back-off, a circuit
 * breaker spares a callee that is down, rate limit and bulkhead bound its load, attempts have a limited time, and a call
 * that is given up for good is recovered, dead-lettered or thrown.
 *
 * <p>Each attempt is a transaction of its own. Called inside a transaction, the method has exactly one attempt, unless
 * it suspends that transaction or works behind a savepoint ({@code REQUIRES_NEW}, {@code NOT_SUPPORTED},
 * {@code NESTED}): a second attempt could only end in {@code UnexpectedRollbackException}.
 *
 * <p>What the caller gets is the exception of the last attempt itself, with a {@link RetryStopped} as suppressed
 * exception that tells why there was no further attempt. A refusal of the kit
 * ({@link io.integrationkit.failure.RejectedException}: circuit breaker open, limit reached) is never retried or
 * dead-lettered: it is recovered, or thrown.
 *
 * <p>A result may come later, as {@code CompletionStage}, {@code CompletableFuture}, {@code Mono} or {@code Flux}; other
 * types of that kind end start-up.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@OperationAnnotation
public @interface Reliable {

    /**
     * Name of the policy; the same as {@link #policy()}.
     *
     * @return name under {@code integration.reliable.policies}
     */
    @AliasFor("policy")
    String value() default "";

    /**
     * Name of the policy, whose settings are under {@code integration.reliable.policies.<name>}. Operations of one
     * policy share its circuit breaker, rate limit, bulkhead and retry budget. Without a name, the policy has the name of
     * the operation.
     *
     * @return name under {@code integration.reliable.policies}
     */
    @AliasFor("value")
    String policy() default "";

    /**
     * Name of the operation.
     *
     * @return unique name; empty for {@code beanName.method}
     */
    String operation() default "";

    /**
     * How often the method is attempted at most, the first attempt included.
     *
     * @return number of attempts; 0 for what the policy says
     */
    int maxAttempts() default 0;

    /**
     * Time after which one attempt is asked to stop, such as {@code 500ms}. May hold placeholders ({@code ${…}}).
     *
     * @return a duration; empty for what the policy says
     */
    String attemptTimeout() default "";

    /**
     * Time that a whole call may take, attempts and waits included, such as {@code 2s}. May hold placeholders.
     *
     * @return a duration; empty for what the policy says
     */
    String deadline() default "";

    /**
     * Exceptions, subclasses included, that are likely to pass whatever is known about them otherwise: they are of
     * category {@code TEMPORARY} and tried again. A {@code FailureClassifier} bean is asked first.
     *
     * @return types of exceptions
     */
    Class<? extends Throwable>[] retryOn() default {};

    /**
     * Exceptions, subclasses included, that do not pass: they are of category {@code PERMANENT} and not tried again.
     * Stands over {@link #retryOn()}.
     *
     * @return types of exceptions
     */
    Class<? extends Throwable>[] noRetryOn() default {};

    /**
     * Name of a method that takes the result, or the arguments and then the result, and tells whether it is worth another
     * attempt. The last such result is returned.
     *
     * @return name of a {@code boolean} method of the bean, or {@code bean.method}; empty for none
     */
    String retryOnResult() default "";

    /**
     * What answers a call that is given up, instead of the exception: a method with the parameters of this one or none,
     * optionally followed by the exception or its category.
     *
     * @return name of a method of the bean, or {@code bean.method}; empty for none
     */
    String fallback() default "";

    /**
     * What undoes the work of a call that was attempted and is given up for good; runs once, before anything recovers the
     * call and before the caller gets an answer. Its parameters are as those of a {@link #fallback()}.
     *
     * @return name of a method of the bean, or {@code bean.method}; empty for none
     */
    String compensation() default "";

    /**
     * What happens to a call that is given up.
     *
     * @return what happens
     */
    OnExhausted onExhausted() default OnExhausted.POLICY;

    /**
     * Whether the method may be tried again after an attempt whose outcome is unknown (a time-out after the request was
     * sent).
     *
     * @return whether doing the work twice does no harm
     */
    SafeToRetry safeToRetry() default SafeToRetry.UNKNOWN;
}
