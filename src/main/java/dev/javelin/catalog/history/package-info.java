/** How serving went, as far back as is kept. */
@NullMarked
package dev.javelin.catalog.history;

import org.jspecify.annotations.NullMarked;
