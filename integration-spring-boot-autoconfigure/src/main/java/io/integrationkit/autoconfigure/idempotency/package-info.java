/** Auto-configuration of idempotent calls. */
@NullMarked
package io.integrationkit.autoconfigure.idempotency;

import org.jspecify.annotations.NullMarked;
