package dev.javelin.service;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What of inference is written into the audit.
 *
 * @param inference a row for each call: who, which model, how sampled, how many tokens, how ended
 * @param bodies prompts and answers too
 */
@ConfigurationProperties("javelin.audit")
record AuditProperties(
    @DefaultValue("true") boolean inference, @DefaultValue("false") boolean bodies) {}
