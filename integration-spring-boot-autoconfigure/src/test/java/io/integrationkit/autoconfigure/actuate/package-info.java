@NullMarked
package io.integrationkit.autoconfigure.actuate;

import org.jspecify.annotations.NullMarked;
