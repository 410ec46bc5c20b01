/** Loading models that do and do not fit their configuration. */
@NullMarked
package dev.javelin.model.loader;

import org.jspecify.annotations.NullMarked;
