package dev.javelin.catalog.account;

import java.time.Instant;
import java.util.UUID;

/**
 * A person who may log in.
 *
 * @param id stays; another one of the same name has another
 * @param name unique, lower case
 * @param mustChangePassword the password was made for one use; until it is changed nothing else may
 *     be done
 * @param revision grows with every change
 */
public record Account(
    UUID id,
    String name,
    Role role,
    boolean mustChangePassword,
    Instant createdAt,
    long revision) {}
