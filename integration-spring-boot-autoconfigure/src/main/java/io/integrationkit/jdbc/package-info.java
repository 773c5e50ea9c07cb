/** The database the stores share: which product it is, how they reach it and in which transactions. */
@NullMarked
package io.integrationkit.jdbc;

import org.jspecify.annotations.NullMarked;
