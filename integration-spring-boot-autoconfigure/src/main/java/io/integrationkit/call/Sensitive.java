package io.integrationkit.call;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks what operators must not read: a parameter of an operation, a component or field of a type that arguments or
 * events are made of, or all values of a type. Where the content of a dead letter is shown it is masked, unless it is
 * revealed. It is stored and replayed as it is.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.PARAMETER, ElementType.FIELD, ElementType.METHOD, ElementType.RECORD_COMPONENT, ElementType.TYPE})
public @interface Sensitive {}
