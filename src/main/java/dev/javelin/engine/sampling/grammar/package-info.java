/** Keeps what a sequence samples inside a grammar. */
@NullMarked
package dev.javelin.engine.sampling.grammar;

import org.jspecify.annotations.NullMarked;
