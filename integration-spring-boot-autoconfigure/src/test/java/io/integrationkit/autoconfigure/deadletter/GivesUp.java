package io.integrationkit.autoconfigure.deadletter;

import io.integrationkit.call.OperationAnnotation;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Turns a method into an operation that is given up at its first failure. */
@OperationAnnotation
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface GivesUp {}
