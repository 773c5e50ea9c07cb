/** The circuit breaker: refuses calls while the callee is known to be down, and probes it until it is back. */
@NullMarked
package io.integrationkit.breaker;

import org.jspecify.annotations.NullMarked;
