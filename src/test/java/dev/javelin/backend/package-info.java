/** The reference backend, oracle of every other one. */
@NullMarked
package dev.javelin.backend;

import org.jspecify.annotations.NullMarked;
