/** Who may use the server: people, API keys, and how much each may use. */
@NullMarked
package dev.javelin.catalog.account;

import org.jspecify.annotations.NullMarked;
