/** Auto-configuration of the dead letters. */
@NullMarked
package io.integrationkit.autoconfigure.deadletter;

import org.jspecify.annotations.NullMarked;
