package dev.javelin.security;

import java.util.List;
import org.springframework.security.authentication.AbstractAuthenticationToken;

/** A request whose key was checked; holds nothing of the secret. */
final class KeyAuthentication extends AbstractAuthenticationToken {
  private static final long serialVersionUID = 1L;
  private final transient Caller.Key caller;

  KeyAuthentication(Caller.Key caller) {
    super(List.of());
    this.caller = caller;
    setAuthenticated(true);
  }

  @Override
  public Object getCredentials() {
    return "";
  }

  @Override
  public Caller.Key getPrincipal() {
    return caller;
  }
}
