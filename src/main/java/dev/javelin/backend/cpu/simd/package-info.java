/** Vector arithmetic shared by the ops: lanes, exponentials, register tiles. */
@NullMarked
package dev.javelin.backend.cpu.simd;

import org.jspecify.annotations.NullMarked;
