package io.integrationkit.listener;

import io.integrationkit.call.OperationAnnotation;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Turns a listener into an operation, and nothing more. */
@OperationAnnotation
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Handled {}
