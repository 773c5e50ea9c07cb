/** An application whose classes claim the same event type. */
@NullMarked
package io.integrationkit.autoconfigure.event.conflict;

import org.jspecify.annotations.NullMarked;
