/** Who did what, in rows that prove each other. */
@NullMarked
package dev.javelin.catalog.audit;

import org.jspecify.annotations.NullMarked;
