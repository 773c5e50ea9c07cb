package io.integrationkit.failure;

import org.jspecify.annotations.Nullable;

/**
 * Says what kind of failure an exception is. Beans of this type are asked in their {@code @Order} before the built-in
 * classifiers; the first answer counts.
 *
 * <p>Implementations are called from any thread and must not block.
 */
@FunctionalInterface
public interface FailureClassifier {

    /**
     * Classifies an exception.
     *
     * @param failure the exception an attempt ended with; its causes are offered one by one afterwards if no
     *     classifier knows it
     * @return the classification, or {@code null} if this classifier does not know the exception
     */
    @Nullable
    Failure classify(Throwable failure);
}
