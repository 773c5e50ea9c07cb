@NullMarked
package io.integrationkit.deadletter;

import org.jspecify.annotations.NullMarked;
