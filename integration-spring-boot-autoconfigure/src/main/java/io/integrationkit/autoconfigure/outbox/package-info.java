/** Auto-configuration of the outbox, its relay and its Kafka destination. */
@NullMarked
package io.integrationkit.autoconfigure.outbox;

import org.jspecify.annotations.NullMarked;
