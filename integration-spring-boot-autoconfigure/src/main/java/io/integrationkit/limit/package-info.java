/** What bounds load: rate limit, bulkhead and retry budget. */
@NullMarked
package io.integrationkit.limit;

import org.jspecify.annotations.NullMarked;
