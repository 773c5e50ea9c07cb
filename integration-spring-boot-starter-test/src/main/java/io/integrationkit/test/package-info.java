/** Test kit: time that the test owns, connections that fail when it wants them to, and what every store promises. */
@NullMarked
package io.integrationkit.test;

import org.jspecify.annotations.NullMarked;
