/** Load run: what an outbox costs the business, and how fast it is, on a real database and a real broker. */
@NullMarked
package io.integrationkit.benchmarks.outbox;

import org.jspecify.annotations.NullMarked;
