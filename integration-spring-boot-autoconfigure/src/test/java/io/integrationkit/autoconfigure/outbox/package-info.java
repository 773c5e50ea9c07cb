/** Tests of the auto-configuration of the outbox. */
@NullMarked
package io.integrationkit.autoconfigure.outbox;

import org.jspecify.annotations.NullMarked;
