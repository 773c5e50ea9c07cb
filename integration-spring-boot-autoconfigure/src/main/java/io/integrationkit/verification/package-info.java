/** What start-up finds out about the application and tells its user. */
@NullMarked
package io.integrationkit.verification;

import org.jspecify.annotations.NullMarked;
