/** Text to token ids and back: tokenizers, incremental decoding, chat templates. */
@NullMarked
package dev.javelin.tokenizer;

import org.jspecify.annotations.NullMarked;
