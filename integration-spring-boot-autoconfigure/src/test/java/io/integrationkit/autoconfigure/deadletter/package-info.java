@NullMarked
package io.integrationkit.autoconfigure.deadletter;

import org.jspecify.annotations.NullMarked;
