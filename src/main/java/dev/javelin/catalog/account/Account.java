package dev.javelin.catalog.account;

import java.time.Instant;

/**
 * A person who may log in.
 *
 * @param name unique, lower case
 * @param mustChangePassword the password was made for one use; until it is changed nothing else may
 *     be done
 * @param revision grows with every change
 */
public record Account(
    String name, Role role, boolean mustChangePassword, Instant createdAt, long revision) {}
