/** Searches for the likeliest answers, as a client of an engine. */
@NullMarked
package dev.javelin.engine.beam;

import org.jspecify.annotations.NullMarked;
