/** The outbox: messages owed by committed transactions, the relay that sends them, and where they go. */
@NullMarked
package io.integrationkit.outbox;

import org.jspecify.annotations.NullMarked;
