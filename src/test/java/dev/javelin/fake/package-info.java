/** Hand-written stand-ins for parts a test does not want. */
@NullMarked
package dev.javelin.fake;

import org.jspecify.annotations.NullMarked;
