/** The engine: one thread per loaded model turns requests into tokens. */
@NullMarked
package dev.javelin.engine;

import org.jspecify.annotations.NullMarked;
