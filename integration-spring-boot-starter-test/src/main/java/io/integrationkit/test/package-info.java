/**
 * Test kit: time that the test owns, connections that fail when it wants them to, what every store promises, and what
 * keeps events readable.
 */
@NullMarked
package io.integrationkit.test;

import org.jspecify.annotations.NullMarked;
