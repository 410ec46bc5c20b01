/** One short recipe per model family: what it does unlike a plain pre-norm decoder. */
@NullMarked
package dev.javelin.model.architecture;

import org.jspecify.annotations.NullMarked;
