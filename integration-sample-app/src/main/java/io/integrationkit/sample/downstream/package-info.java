/** A chat service that misbehaves by seed, so that the hub has something to be reliable against; knows nothing of it. */
@NullMarked
package io.integrationkit.sample.downstream;

import org.jspecify.annotations.NullMarked;
