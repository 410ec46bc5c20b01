/**
 * <a href="https://json-schema.org/draft/2020-12">JSON Schema draft 2020-12</a> as a grammar whose
 * every text is valid against the schema.
 */
@NullMarked
package dev.javelin.engine.sampling.grammar.schema;

import org.jspecify.annotations.NullMarked;
