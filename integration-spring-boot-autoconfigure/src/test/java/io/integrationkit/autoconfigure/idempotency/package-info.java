/** Tests of the auto-configuration of idempotent calls, over HTTP above all. */
@NullMarked
package io.integrationkit.autoconfigure.idempotency;

import org.jspecify.annotations.NullMarked;
