/** The grammar notation of llama.cpp. */
@NullMarked
package dev.javelin.engine.sampling.grammar.gbnf;

import org.jspecify.annotations.NullMarked;
