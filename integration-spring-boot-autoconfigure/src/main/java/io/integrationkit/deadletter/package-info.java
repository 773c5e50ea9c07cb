/** Calls and messages that were given up: kept with what is needed to do them again, listed, replayed, discarded. */
@NullMarked
package io.integrationkit.deadletter;

import org.jspecify.annotations.NullMarked;
