/** Decides what each step computes. Integers only: no tensor, backend or model type. */
@NullMarked
package dev.javelin.engine.scheduler;

import org.jspecify.annotations.NullMarked;
