/** Tests of the auto-configuration of the event types. */
@NullMarked
package io.integrationkit.autoconfigure.event;

import org.jspecify.annotations.NullMarked;
