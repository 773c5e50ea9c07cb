/** Auto-configuration of the inbox. */
@NullMarked
package io.integrationkit.autoconfigure.deduplicate;

import org.jspecify.annotations.NullMarked;
