/**
 * The CUDA driver: JCuda for what makes and frees things, java.lang.foreign for what runs every
 * step and for what JCuda lacks. See docs/adr.
 */
@NullMarked
package dev.javelin.backend.cuda.driver;

import org.jspecify.annotations.NullMarked;
