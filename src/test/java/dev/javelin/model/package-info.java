/** Models against golden values. */
@NullMarked
package dev.javelin.model;

import org.jspecify.annotations.NullMarked;
