/** What the features that send to Kafka share. */
@NullMarked
package io.integrationkit.kafka;

import org.jspecify.annotations.NullMarked;
