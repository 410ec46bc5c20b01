/** Turns a row of logits into a token. */
@NullMarked
package dev.javelin.engine.sampling;

import org.jspecify.annotations.NullMarked;
