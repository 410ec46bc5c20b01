package dev.javelin.security;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The first administrator's password, also set as JAVELIN_ADMIN_PASSWORD.
 *
 * @param password empty: one is made for one use, and printed
 */
@ConfigurationProperties("javelin.admin")
record AdminPassword(@DefaultValue("") String password) {
  /** Without the password, which must not reach a log. */
  @Override
  public String toString() {
    return "AdminPassword[]";
  }
}
