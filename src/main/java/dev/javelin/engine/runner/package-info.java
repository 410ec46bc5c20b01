/** Runs one scheduled step on a model and samples its tokens. */
@NullMarked
package dev.javelin.engine.runner;

import org.jspecify.annotations.NullMarked;
