/** The commands that run the engine from a terminal, without Spring. */
@NullMarked
package dev.javelin.cli;

import org.jspecify.annotations.NullMarked;
