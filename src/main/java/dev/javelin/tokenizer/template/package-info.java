/** Chat templates: a small, bounded interpreter of the Jinja language that knows who wrote what. */
@NullMarked
package dev.javelin.tokenizer.template;

import org.jspecify.annotations.NullMarked;
