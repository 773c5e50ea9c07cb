/** Puts the hub under load and judges it by what was sent and what the downstream saw. */
@NullMarked
package io.integrationkit.sample.demo;

import org.jspecify.annotations.NullMarked;
