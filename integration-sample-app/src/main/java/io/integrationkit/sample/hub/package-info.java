/** The webhook hub: takes GitHub deliveries once, publishes them in order, projects them and notifies a chat. */
@NullMarked
package io.integrationkit.sample.hub;

import org.jspecify.annotations.NullMarked;
