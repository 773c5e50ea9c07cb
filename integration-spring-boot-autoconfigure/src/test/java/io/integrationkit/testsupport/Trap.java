package io.integrationkit.testsupport;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says which of the sixteen traps of an outbox a test looks into; {@code docs/guarantees.md} has the list. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Trap {

    /**
     * Returns the numbers.
     *
     * @return numbers from 1 to 16
     */
    int[] value();
}
