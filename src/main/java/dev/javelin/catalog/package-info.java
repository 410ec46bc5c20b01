/** What the server remembers: models, their versions, decoding defaults, settings. */
@NullMarked
package dev.javelin.catalog;

import org.jspecify.annotations.NullMarked;
