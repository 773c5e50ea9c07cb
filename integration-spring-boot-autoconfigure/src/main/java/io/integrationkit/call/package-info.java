/** Operations, their plans and the stages an annotated call runs through; ports the packages above implement. */
@NullMarked
package io.integrationkit.call;

import org.jspecify.annotations.NullMarked;
