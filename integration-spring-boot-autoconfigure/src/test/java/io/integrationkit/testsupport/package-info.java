/** Real databases and own clocks for the tests. */
@NullMarked
package io.integrationkit.testsupport;

import org.jspecify.annotations.NullMarked;
