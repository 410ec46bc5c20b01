/** What the server does for its callers: which models it serves, and generation on them. */
@NullMarked
package dev.javelin.service;

import org.jspecify.annotations.NullMarked;
