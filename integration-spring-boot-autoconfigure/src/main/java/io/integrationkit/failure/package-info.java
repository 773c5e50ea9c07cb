/** What went wrong and what may be done about it: categories, classifiers, problem codes. */
@NullMarked
package io.integrationkit.failure;

import org.jspecify.annotations.NullMarked;
