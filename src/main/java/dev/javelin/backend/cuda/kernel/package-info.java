/** One launcher class per file of native-kernels/cuda/src: the only callers of its kernels. */
@NullMarked
package dev.javelin.backend.cuda.kernel;

import org.jspecify.annotations.NullMarked;
