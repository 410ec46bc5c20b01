/** Metrics. */
@NullMarked
package dev.javelin.observability;

import org.jspecify.annotations.NullMarked;
