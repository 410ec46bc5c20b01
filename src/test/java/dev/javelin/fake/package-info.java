/** Hand-written stand-ins for the engine and what belongs to it. */
@NullMarked
package dev.javelin.fake;

import org.jspecify.annotations.NullMarked;
