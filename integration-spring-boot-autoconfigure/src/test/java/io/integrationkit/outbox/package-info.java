/** Tests of the outbox. */
@NullMarked
package io.integrationkit.outbox;

import org.jspecify.annotations.NullMarked;
