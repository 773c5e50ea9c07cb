/** An application with two versions of an event type. */
@NullMarked
package io.integrationkit.autoconfigure.event.known;

import org.jspecify.annotations.NullMarked;
