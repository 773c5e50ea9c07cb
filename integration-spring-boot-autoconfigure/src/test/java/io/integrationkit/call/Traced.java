package io.integrationkit.call;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Turns a method into an operation whose stages write down where they ran. */
@OperationAnnotation(insideTransaction = true)
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@interface Traced {

    String operation() default "";

    int attempts() default 1;
}
