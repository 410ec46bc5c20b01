/** From an opened checkpoint to a model on a backend. */
@NullMarked
package dev.javelin.model.loader;

import org.jspecify.annotations.NullMarked;
