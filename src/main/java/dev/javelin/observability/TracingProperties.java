package dev.javelin.observability;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where traces go.
 *
 * @param endpoint of an OTLP collector over HTTP, as in {@code http://localhost:4318/v1/traces};
 *     empty: nowhere, and nothing is recorded
 * @param sampling part of the requests that are traced, 0 to 1; one that comes with a trace of its
 *     own follows that
 */
@ConfigurationProperties("javelin.tracing")
record TracingProperties(@DefaultValue("") String endpoint, @DefaultValue("1") double sampling) {}
