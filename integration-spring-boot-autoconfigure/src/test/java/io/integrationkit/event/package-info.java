/** Tests of the event types. */
@NullMarked
package io.integrationkit.event;

import org.jspecify.annotations.NullMarked;
