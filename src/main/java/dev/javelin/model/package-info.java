/**
 * What a model is to the engine: its configuration, the batch it takes, the hidden states and
 * logits it gives.
 */
@NullMarked
package dev.javelin.model;

import org.jspecify.annotations.NullMarked;
