/** Event types: logical names and versions that travel instead of class names, and the headers that carry them. */
@NullMarked
package io.integrationkit.event;

import org.jspecify.annotations.NullMarked;
