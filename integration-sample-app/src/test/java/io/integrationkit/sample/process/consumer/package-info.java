@NullMarked
package io.integrationkit.sample.process.consumer;

import org.jspecify.annotations.NullMarked;
