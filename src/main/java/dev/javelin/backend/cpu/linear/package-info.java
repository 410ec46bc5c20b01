/** Weights repacked into panels of 16 output rows, with one kernel per storage of their codes. */
@NullMarked
package dev.javelin.backend.cpu.linear;

import org.jspecify.annotations.NullMarked;
