/** The page in the browser. */
@NullMarked
package dev.javelin.console;

import org.jspecify.annotations.NullMarked;
