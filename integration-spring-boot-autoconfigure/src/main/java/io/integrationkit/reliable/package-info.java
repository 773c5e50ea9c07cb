/** Retry, circuit breaker and giving up: what {@code @Reliable} does with a call that fails. */
@NullMarked
package io.integrationkit.reliable;

import org.jspecify.annotations.NullMarked;
