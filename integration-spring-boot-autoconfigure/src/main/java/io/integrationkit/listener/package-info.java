/** Kafka listeners that carry an annotation of ours: what becomes of a record whose handling failed. */
@NullMarked
package io.integrationkit.listener;

import org.jspecify.annotations.NullMarked;
