/** Auto-configuration of {@code @Reliable}: failure classification, policies and circuit breakers. */
@NullMarked
package io.integrationkit.autoconfigure.reliable;

import org.jspecify.annotations.NullMarked;
