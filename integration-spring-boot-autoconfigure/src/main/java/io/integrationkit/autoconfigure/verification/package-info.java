/** Auto-configuration of the start-up report. */
@NullMarked
package io.integrationkit.autoconfigure.verification;

import org.jspecify.annotations.NullMarked;
