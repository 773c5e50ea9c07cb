/** What a user sees when start-up ends with a mistake that the kit can name. */
@NullMarked
package io.integrationkit.autoconfigure.diagnostics;

import org.jspecify.annotations.NullMarked;
