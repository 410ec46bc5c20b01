/** Who calls, and what they may do. */
@NullMarked
package dev.javelin.security;

import org.jspecify.annotations.NullMarked;
