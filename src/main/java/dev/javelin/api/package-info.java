/** What every HTTP interface shares: request ids, bounded bodies, error envelopes, probes. */
@NullMarked
package dev.javelin.api;

import org.jspecify.annotations.NullMarked;
