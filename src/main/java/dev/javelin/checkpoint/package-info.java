/**
 * Checkpoint files: GGUF, safetensors, Hugging Face folders, behind one lookup by Hugging Face
 * names.
 */
@NullMarked
package dev.javelin.checkpoint;

import org.jspecify.annotations.NullMarked;
