/** Turns tokens into text and events, on a thread of its own. */
@NullMarked
package dev.javelin.engine.output;

import org.jspecify.annotations.NullMarked;
