/** Tests of the auto-configuration of annotated Kafka listeners. */
@NullMarked
package io.integrationkit.autoconfigure.listener;

import org.jspecify.annotations.NullMarked;
