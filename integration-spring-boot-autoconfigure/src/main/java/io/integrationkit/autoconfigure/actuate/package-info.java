/** Auto-configuration of endpoints, health and meters. */
@NullMarked
package io.integrationkit.autoconfigure.actuate;

import org.jspecify.annotations.NullMarked;
