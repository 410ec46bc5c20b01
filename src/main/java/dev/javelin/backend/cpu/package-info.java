/** The CPU backend: a team of threads, row-panel linears and transformer ops in vectors. */
@NullMarked
package dev.javelin.backend.cpu;

import org.jspecify.annotations.NullMarked;
