/** Auto-configuration of what travels with a call over HTTP. */
@NullMarked
package io.integrationkit.autoconfigure.context;

import org.jspecify.annotations.NullMarked;
