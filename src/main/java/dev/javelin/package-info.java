/** Starts the server. */
@NullMarked
package dev.javelin;

import org.jspecify.annotations.NullMarked;
