/** The container files, checked without a container engine. */
@NullMarked
package dev.javelin.packaging;

import org.jspecify.annotations.NullMarked;
