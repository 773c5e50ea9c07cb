/** Dead letters that are replayed while processes die. */
@NullMarked
package io.integrationkit.sample.process.repair;

import org.jspecify.annotations.NullMarked;
