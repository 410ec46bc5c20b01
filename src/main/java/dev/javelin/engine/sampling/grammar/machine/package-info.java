/**
 * The byte-level grammar machine: rules over bytes, the automaton that runs them, and which tokens
 * of a vocabulary it allows next.
 */
@NullMarked
package dev.javelin.engine.sampling.grammar.machine;

import org.jspecify.annotations.NullMarked;
