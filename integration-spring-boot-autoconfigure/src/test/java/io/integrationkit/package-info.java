/** Tests of the rules that hold for all packages. */
@NullMarked
package io.integrationkit;

import org.jspecify.annotations.NullMarked;
