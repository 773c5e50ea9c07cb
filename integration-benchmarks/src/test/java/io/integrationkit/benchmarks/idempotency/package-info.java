/** What repetitions of idempotent calls cost on a database. */
@NullMarked
package io.integrationkit.benchmarks.idempotency;

import org.jspecify.annotations.NullMarked;
