/** Test kit: time that the test owns. */
@NullMarked
package io.integrationkit.test;

import org.jspecify.annotations.NullMarked;
