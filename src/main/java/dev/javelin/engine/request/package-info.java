/** Values a caller exchanges with the engine. Leaf package. */
@NullMarked
package dev.javelin.engine.request;

import org.jspecify.annotations.NullMarked;
