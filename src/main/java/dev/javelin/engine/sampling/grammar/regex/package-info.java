/** Regular expressions as finite automata over characters. */
@NullMarked
package dev.javelin.engine.sampling.grammar.regex;

import org.jspecify.annotations.NullMarked;
