/** Tests of what the kit does for events. */
@NullMarked
package io.integrationkit.test.event;

import org.jspecify.annotations.NullMarked;
