/** What the auto-configurations of stores in Redis share. */
@NullMarked
package io.integrationkit.autoconfigure.redis;

import org.jspecify.annotations.NullMarked;
