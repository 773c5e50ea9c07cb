/** How the stores reach Redis. */
@NullMarked
package io.integrationkit.redis;

import org.jspecify.annotations.NullMarked;
