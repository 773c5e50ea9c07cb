/** Replay of many dead letters as a job: bounded, paced, stopped when too much fails, taken up by others. */
@NullMarked
package io.integrationkit.replay;

import org.jspecify.annotations.NullMarked;
