/** The outbox with its database, its broker and several applications as processes of their own, which are killed. */
@NullMarked
package io.integrationkit.sample.process.outbox;

import org.jspecify.annotations.NullMarked;
