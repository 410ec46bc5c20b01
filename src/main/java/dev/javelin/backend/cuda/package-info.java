/** The CUDA backend: NVIDIA GPUs through the driver API, with our own kernels. */
@NullMarked
package dev.javelin.backend.cuda;

import org.jspecify.annotations.NullMarked;
