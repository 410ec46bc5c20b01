package dev.javelin.security;

import dev.javelin.catalog.account.Account;
import dev.javelin.catalog.account.ApiKey;
import dev.javelin.catalog.account.Role;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;

/** Who asks. Every handler of a route that is not public has one: {@link #of}. */
public sealed interface Caller {
  /** As the audit names them. */
  String name();

  /** Whose share of the server their requests use. */
  String tenant();

  boolean may(Access access);

  /** Whether they may call this model, or do anything with it. */
  default boolean mayUse(String alias) {
    return true;
  }

  /** Anybody on this machine, without a key. */
  record Local() implements Caller {
    @Override
    public String name() {
      return "local";
    }

    @Override
    public String tenant() {
      return "local";
    }

    @Override
    public boolean may(Access access) {
      return access == Access.PUBLIC || access == Access.LOCAL || access == Access.INFERENCE;
    }
  }

  /**
   * Somebody who logged in.
   *
   * @param account their name; "oidc:" in front if a provider vouches for it
   * @param granted empty: they are known, and may do nothing
   * @param mustChangePassword and may do nothing else before
   */
  record User(String account, Optional<Role> granted, boolean mustChangePassword)
      implements Caller {
    static User of(Account account) {
      return new User(account.name(), Optional.of(account.role()), account.mustChangePassword());
    }

    @Override
    public String name() {
      return "user:" + account;
    }

    @Override
    public String tenant() {
      return name();
    }

    @Override
    public boolean may(Access access) {
      return access == Access.PUBLIC
          || access == Access.KNOWN
          || (!mustChangePassword && granted.filter(access::isCoveredBy).isPresent());
    }
  }

  /** A program with a key. */
  record Key(ApiKey key) implements Caller {
    @Override
    public String name() {
      return "key:" + key.id();
    }

    @Override
    public String tenant() {
      return key.tenant();
    }

    @Override
    public boolean may(Access access) {
      return access == Access.PUBLIC
          || access == Access.KNOWN
          || access == Access.INFERENCE
          || key.role().filter(access::isCoveredBy).isPresent();
    }

    @Override
    public boolean mayUse(String alias) {
      return key.aliases().isEmpty() || key.aliases().contains(alias);
    }
  }

  /** The role they have in management; empty if none. */
  default Optional<Role> role() {
    return switch (this) {
      case Local _ -> Optional.empty();
      case User user -> user.granted();
      case Key(ApiKey key) -> key.role();
    };
  }

  /**
   * Who sent the request that is being answered.
   *
   * @throws IllegalStateException on a public route, where nobody has to say
   */
  static Caller of(ServerWebExchange exchange) {
    @Nullable Caller caller = exchange.getAttribute(Caller.class.getName());
    if (caller == null) {
      throw new IllegalStateException(
          "nobody was asked who calls " + exchange.getRequest().getPath());
    }
    return caller;
  }
}
