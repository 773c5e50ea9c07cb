/** Benchmarks: what an annotated call costs beyond the call itself. */
@NullMarked
package io.integrationkit.benchmarks;

import org.jspecify.annotations.NullMarked;
