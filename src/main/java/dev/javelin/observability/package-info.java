/** Figures and traces of what the server does. */
@NullMarked
package dev.javelin.observability;

import org.jspecify.annotations.NullMarked;
