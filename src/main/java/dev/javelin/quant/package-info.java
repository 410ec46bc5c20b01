/** Weight formats, their scalar codecs, and the KV cache's storage types. */
@NullMarked
package dev.javelin.quant;

import org.jspecify.annotations.NullMarked;
