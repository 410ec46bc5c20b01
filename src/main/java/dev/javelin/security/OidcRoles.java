package dev.javelin.security;

import dev.javelin.catalog.account.Role;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

/**
 * How people of an OpenID Connect provider get their role. The provider itself is set with {@code
 * spring.security.oauth2.client.*}.
 *
 * @param rolesClaim the claim with their groups, a list or one word
 * @param rolePrefix a group with this and a role's word gives that role; the highest counts
 * @param nameClaim the claim with the name that the audit shows
 */
@ConfigurationProperties("javelin.oidc")
record OidcRoles(
    @DefaultValue("groups") String rolesClaim,
    @DefaultValue("javelin-") String rolePrefix,
    @DefaultValue("sub") String nameClaim) {

  Caller.User caller(OidcUser user) {
    String name = user.getClaimAsString(nameClaim);
    return new Caller.User("oidc:" + (name == null ? user.getSubject() : name), role(user), false);
  }

  private Optional<Role> role(OidcUser user) {
    Object claim = user.getClaim(rolesClaim);
    Collection<?> groups =
        claim instanceof Collection<?> many ? many : List.of(String.valueOf(claim));
    return groups.stream()
        .map(String::valueOf)
        .filter(group -> group.startsWith(rolePrefix))
        .flatMap(group -> Role.of(group.substring(rolePrefix.length())).stream())
        .max(Comparator.naturalOrder());
  }
}
