package dev.javelin.security;

import java.net.URI;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.ServerAuthenticationEntryPoint;
import org.springframework.security.web.server.authentication.RedirectServerAuthenticationSuccessHandler;
import org.springframework.security.web.server.authentication.logout.RedirectServerLogoutSuccessHandler;
import org.springframework.security.web.server.csrf.CookieServerCsrfTokenRepository;
import org.springframework.security.web.server.csrf.CsrfToken;
import org.springframework.security.web.server.csrf.ServerCsrfTokenRequestAttributeHandler;
import org.springframework.security.web.server.firewall.ServerExchangeRejectedHandler;
import org.springframework.security.web.server.header.ReferrerPolicyServerHttpHeadersWriter.ReferrerPolicy;
import org.springframework.security.web.server.savedrequest.NoOpServerRequestCache;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher.MatchResult;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** The filters every request passes; what each route needs is in {@link RouteRoles}. */
@Configuration(proxyBeanMethods = false)
@EnableWebFluxSecurity
class SecurityConfiguration {
  /** The session's cookie, also set in application.yml. */
  static final String SESSION_COOKIE = "javelin_session";

  /** No script or style that is not a file of ours, no frame around our pages. */
  private static final String CONTENT_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
          + " base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

  /** A path or header that no honest client sends is refused in words, as everything else is. */
  @Bean
  ServerExchangeRejectedHandler refusedByTheFirewall() {
    return (_, rejected) ->
        Mono.error(
            new ResponseStatusException(HttpStatus.BAD_REQUEST, rejected.getMessage(), rejected));
  }

  @Bean
  SecurityWebFilterChain security(
      ServerHttpSecurity http,
      Identities identities,
      LocalAccess local,
      PasswordLogin login,
      ObjectProvider<ReactiveClientRegistrationRepository> providers) {
    http.authenticationManager(login)
        .requestCache(cache -> cache.requestCache(NoOpServerRequestCache.getInstance()))
        .headers(
            headers ->
                headers
                    .contentSecurityPolicy(policy -> policy.policyDirectives(CONTENT_POLICY))
                    .referrerPolicy(policy -> policy.policy(ReferrerPolicy.NO_REFERRER)))
        .csrf(
            csrf ->
                csrf.csrfTokenRepository(csrfCookie())
                    .csrfTokenRequestHandler(new ServerCsrfTokenRequestAttributeHandler())
                    .requireCsrfProtectionMatcher(CSRF_RISK)
                    .accessDeniedHandler(
                        (_, _) ->
                            Mono.error(
                                new Refusal(
                                    Refusal.Reason.CSRF_TOKEN_INVALID,
                                    "send the cookie XSRF-TOKEN's value as X-XSRF-TOKEN, or use an"
                                        + " API key"))))
        .addFilterAfter(SecurityConfiguration::sendCsrfCookie, SecurityWebFiltersOrder.CSRF)
        .httpBasic(basic -> basic.authenticationEntryPoint(refused()))
        .formLogin(
            form ->
                form.loginPage("/login")
                    .authenticationSuccessHandler(
                        new RedirectServerAuthenticationSuccessHandler("/")))
        .logout(logout -> logout.logoutSuccessHandler(toLogin()))
        .addFilterAfter(new KeyFilter(identities, local), SecurityWebFiltersOrder.AUTHENTICATION)
        .exceptionHandling(failures -> failures.authenticationEntryPoint(refused()))
        .authorizeExchange(routes -> routes.anyExchange().access(new RouteGate(identities, local)));
    if (providers.getIfAvailable() != null) {
      http.oauth2Login(
          oidc ->
              oidc.loginPage("/login")
                  .authenticationSuccessHandler(
                      new RedirectServerAuthenticationSuccessHandler("/")));
    }
    return http.build();
  }

  private static ServerAuthenticationEntryPoint refused() {
    return (_, failure) ->
        Mono.error(new Refusal(Refusal.Reason.KEY_INVALID, String.valueOf(failure.getMessage())));
  }

  private static RedirectServerLogoutSuccessHandler toLogin() {
    RedirectServerLogoutSuccessHandler handler = new RedirectServerLogoutSuccessHandler();
    handler.setLogoutSuccessUrl(URI.create("/login?out"));
    return handler;
  }

  private static CookieServerCsrfTokenRepository csrfCookie() {
    CookieServerCsrfTokenRepository cookie = CookieServerCsrfTokenRepository.withHttpOnlyFalse();
    cookie.setCookieCustomizer(made -> made.sameSite("Strict").maxAge(Duration.ofDays(1)));
    return cookie;
  }

  /**
   * A change that a browser would make in its user's name: with a session, or to get one. What a
   * page of another origin cannot send needs no token: a key, or a password outside a browser.
   */
  private static final ServerWebExchangeMatcher CSRF_RISK =
      exchange -> {
        ServerHttpRequest request = exchange.getRequest();
        HttpMethod method = request.getMethod();
        boolean reads =
            method == HttpMethod.GET || method == HttpMethod.HEAD || method == HttpMethod.OPTIONS;
        boolean ambient =
            request.getCookies().containsKey(SESSION_COOKIE)
                || request.getPath().value().equals("/login")
                || (fromBrowser(request)
                    && request.getHeaders().containsHeader(HttpHeaders.AUTHORIZATION));
        return !reads && ambient && !KeyFilter.hasKey(request)
            ? MatchResult.match()
            : MatchResult.notMatch();
      };

  private static boolean fromBrowser(ServerHttpRequest request) {
    return request.getHeaders().containsHeader(HttpHeaders.ORIGIN)
        || request.getHeaders().containsHeader("Sec-Fetch-Site");
  }

  /** The token is made when somebody asks for it; a page with a session will need it. */
  private static Mono<Void> sendCsrfCookie(ServerWebExchange exchange, WebFilterChain chain) {
    Mono<CsrfToken> token = exchange.getAttribute(CsrfToken.class.getName());
    if (token == null
        || exchange.getRequest().getMethod() != HttpMethod.GET
        || !exchange.getRequest().getCookies().containsKey(SESSION_COOKIE)) {
      return chain.filter(exchange);
    }
    return token.then(chain.filter(exchange));
  }
}
