/** The sample application: a webhook hub, and a demo that puts load on it and checks what came of it. */
@NullMarked
package io.integrationkit.sample;

import org.jspecify.annotations.NullMarked;
