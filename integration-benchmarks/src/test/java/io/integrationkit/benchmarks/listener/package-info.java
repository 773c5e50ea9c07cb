/** What our annotations cost a Kafka listener, and what they give it. */
@NullMarked
package io.integrationkit.benchmarks.listener;

import org.jspecify.annotations.NullMarked;
