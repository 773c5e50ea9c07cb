/** What load runs share: servers in processes of their own, results by round, and what was to be reached. */
@NullMarked
package io.integrationkit.benchmarks.load;

import org.jspecify.annotations.NullMarked;
