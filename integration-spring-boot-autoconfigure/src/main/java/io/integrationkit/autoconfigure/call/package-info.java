/** Auto-configuration of the call path: operations, plans and their proxies. */
@NullMarked
package io.integrationkit.autoconfigure.call;

import org.jspecify.annotations.NullMarked;
