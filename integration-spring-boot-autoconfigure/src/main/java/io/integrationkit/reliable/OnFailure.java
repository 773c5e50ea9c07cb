package io.integrationkit.reliable;

import io.integrationkit.failure.FailureCategory;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.core.annotation.AliasFor;

/**
 * Marks a method of a bean that recovers calls of {@link Reliable} operations that are given up, by the category of
 * their failure. It is asked once for each such call, after the last attempt and before the operation's own fallback.
 *
 * <p>The method takes the arguments of the operation or none, and then a kind of {@code Throwable}, the
 * {@link FailureCategory}, or nothing more. What it returns is returned in the place of the operation's result and must
 * be of its type. What it throws is thrown in the place of the failure; to let the failure pass, throw it. A method
 * that takes another kind of {@code Throwable} than the failure is not asked. Of several methods, one whose operation
 * has the same bean comes before the others, and among those the one that names the failure most exactly.
 *
 * <p>A method that fits no operation ends start-up. The method is called on any thread that calls the operation; in
 * another bean than the operation's, through that bean's proxy.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
public @interface OnFailure {

    /**
     * Categories of the failures; the same as {@link #category()}.
     *
     * @return the categories; none for all of them
     */
    @AliasFor("category")
    FailureCategory[] value() default {};

    /**
     * Categories of the failures, {@link FailureCategory#REJECTED} included: an open circuit breaker is recovered from
     * like an outage.
     *
     * @return the categories; none for all of them
     */
    @AliasFor("value")
    FailureCategory[] category() default {};

    /**
     * Names of the operations, {@code *} standing for any letters: {@code payments.*}.
     *
     * @return the names; none for the operations of the same bean
     */
    String[] operation() default {};
}
