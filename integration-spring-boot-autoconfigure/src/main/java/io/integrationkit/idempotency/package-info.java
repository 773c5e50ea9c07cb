/** Calls that do their work once for each key: claims with a lease, remembered results and failures. */
@NullMarked
package io.integrationkit.idempotency;

import org.jspecify.annotations.NullMarked;
