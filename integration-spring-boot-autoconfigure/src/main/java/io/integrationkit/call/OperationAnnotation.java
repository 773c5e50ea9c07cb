package io.integrationkit.call;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks an annotation that turns a method into an operation. The annotation may declare {@code String operation()} to
 * name it; users compose such annotations into their own as usual in Spring.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.ANNOTATION_TYPE)
public @interface OperationAnnotation {

    /**
     * Whether stages of this annotation may have to run inside the transaction of the method.
     *
     * @return whether the method needs an inner interceptor
     */
    boolean insideTransaction() default false;
}
