/** The seam between models and devices: factories, coarse transformer ops, linears, KV cache. */
@NullMarked
package dev.javelin.backend;

import org.jspecify.annotations.NullMarked;
