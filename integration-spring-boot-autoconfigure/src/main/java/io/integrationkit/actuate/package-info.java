/** What operators see and do: endpoints, health, meters. */
@NullMarked
package io.integrationkit.actuate;

import org.jspecify.annotations.NullMarked;
