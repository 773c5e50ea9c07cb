/** Messages that are handled once, however often they arrive: the inbox, in the database, in Redis or in memory. */
@NullMarked
package io.integrationkit.deduplicate;

import org.jspecify.annotations.NullMarked;
