/** The management API, {@code /api/v1}. */
@NullMarked
package dev.javelin.api.admin;

import org.jspecify.annotations.NullMarked;
