package io.integrationkit.deduplicate;

import io.integrationkit.call.OperationAnnotation;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The method handles each message once, however often it arrives. A message is identified by consumer, source and id.
 *
 * <p>With a database, the method and a row of the table {@code integration_inbox} commit in one transaction: the one
 * that is active, or one that is opened around the method. What the method writes through that transaction so happens
 * exactly once; what it does elsewhere (an HTTP call) may happen again if the transaction rolls back. A copy that
 * arrives while the first is being handled waits for it. If the method throws, the message counts as not handled, and
 * its row is not kept; only where {@code @Transactional(noRollbackFor = …)} commits on purpose, it is.
 *
 * <p>A method that gets a batch, such as {@code List<ConsumerRecord<K, V>>}, gets it without the messages that were handled
 * before and without further copies of those that stand in it already; it is not called if none is left. It handles the
 * batch as a whole: if it throws, none of its messages counts as handled.
 *
 * <p>With {@code integration.deduplicate.store=redis}, messages are remembered by all instances, but message and effect do
 * not commit together: after a crash a message is let in again when its lease is over.
 *
 * <p>Without a database, the last messages are remembered in memory; a copy that arrives while the first is being
 * handled is refused ({@code RejectedException}) with the time after which to try again.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@OperationAnnotation(insideTransaction = true)
public @interface Deduplicate {

    /**
     * Expression (SpEL) for the id of the message, such as {@code #event.id}; see
     * {@link io.integrationkit.call.KeyExpression}. Where it reads {@code #item}, the method's only parameter of type
     * {@code List} is a batch, and {@code #item} each of its elements.
     *
     * @return the expression, or blank to take the CloudEvents headers {@code ce_id} and {@code ce_source} of a
     *     parameter of type {@code ConsumerRecord} or {@code Message}, of the elements of a list of those or of
     *     {@code ConsumerRecords}, or of parameters with {@code @Header("ce_id")}
     *     and {@code @Header("ce_source")}
     */
    String id() default "";

    /**
     * Name of the operation.
     *
     * @return the name, or blank for {@code beanName.method}
     */
    String operation() default "";

    /**
     * Who handles the message: each consumer handles it once. Keep the name as long as copies may arrive.
     *
     * @return the name, or blank for the name of the operation
     */
    String consumer() default "";

    /**
     * What a duplicate does. A batch can only leave it out.
     *
     * @return whether it returns without a result or throws {@link DuplicateMessageException}
     */
    OnDuplicate onDuplicate() default OnDuplicate.SKIP;
}
