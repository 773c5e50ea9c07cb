/** What travels with a call: correlation id, deadline, replay; what its requests tell; and the time source everything reads. */
@NullMarked
package io.integrationkit.context;

import org.jspecify.annotations.NullMarked;
