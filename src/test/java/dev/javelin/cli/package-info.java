/** The commands against a scripted engine. */
@NullMarked
package dev.javelin.cli;

import org.jspecify.annotations.NullMarked;
