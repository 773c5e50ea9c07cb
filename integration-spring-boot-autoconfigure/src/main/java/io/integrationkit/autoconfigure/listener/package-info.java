/** Auto-configuration of the error handling of annotated Kafka listeners. */
@NullMarked
package io.integrationkit.autoconfigure.listener;

import org.jspecify.annotations.NullMarked;
