/** Auto-configuration of the database access that the stores share, and of their tables. */
@NullMarked
package io.integrationkit.autoconfigure.jdbc;

import org.jspecify.annotations.NullMarked;
