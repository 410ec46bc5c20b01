/** Parts of decoder models: written once against the backend's operations, shared by families. */
@NullMarked
package dev.javelin.model.nn;

import org.jspecify.annotations.NullMarked;
