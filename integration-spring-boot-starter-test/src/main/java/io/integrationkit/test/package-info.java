/** Test kit: time that the test owns, and connections that fail when it wants them to. */
@NullMarked
package io.integrationkit.test;

import org.jspecify.annotations.NullMarked;
