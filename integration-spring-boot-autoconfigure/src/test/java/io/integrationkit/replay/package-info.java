@NullMarked
package io.integrationkit.replay;

import org.jspecify.annotations.NullMarked;
