/** Tests of the limits. */
@NullMarked
package io.integrationkit.limit;

import org.jspecify.annotations.NullMarked;
