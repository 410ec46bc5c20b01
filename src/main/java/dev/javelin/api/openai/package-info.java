/** The OpenAI-compatible interface. */
@NullMarked
package dev.javelin.api.openai;

import org.jspecify.annotations.NullMarked;
