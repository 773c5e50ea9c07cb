/** The hub, its broker and its database as processes of their own, some of which are killed. */
@NullMarked
package io.integrationkit.sample.process;

import org.jspecify.annotations.NullMarked;
