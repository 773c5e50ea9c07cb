/** What it takes to look at many dead letters. */
@NullMarked
package io.integrationkit.benchmarks.deadletter;

import org.jspecify.annotations.NullMarked;
