/** Typed views of device memory; no arithmetic. */
@NullMarked
package dev.javelin.tensor;

import org.jspecify.annotations.NullMarked;
