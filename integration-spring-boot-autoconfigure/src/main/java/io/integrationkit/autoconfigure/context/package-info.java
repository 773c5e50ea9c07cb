/** Auto-configuration of what travels with a call over HTTP, and of what outgoing requests tell. */
@NullMarked
package io.integrationkit.autoconfigure.context;

import org.jspecify.annotations.NullMarked;
