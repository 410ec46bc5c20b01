package dev.javelin.api;

import dev.javelin.catalog.account.Accounts;
import dev.javelin.catalog.audit.AuditEntry;
import dev.javelin.catalog.audit.AuditTrail;
import dev.javelin.security.Caller;
import dev.javelin.service.AuditLog;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.stereotype.Component;
import org.springframework.util.MultiValueMap;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.util.pattern.PathPattern;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes every change that was asked of the management API or of a page, and every login, into the
 * audit before the answer is sent: made, refused or failed.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 1) // after RequestIds, before who asks is known
final class AuditFilter implements WebFilter {
  private static final Logger log = LoggerFactory.getLogger(AuditFilter.class);
  private static final Set<HttpMethod> READS =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
  private static final Set<String> PAGES = Set.of("/login", "/logout", "/password");

  private final AuditTrail trail;
  private final AuditLog later;
  private final Accounts accounts;
  private final Clock clock;
  private final Scheduler blocking;
  private final JsonMapper mapper;

  AuditFilter(
      AuditTrail trail,
      AuditLog later,
      Accounts accounts,
      Clock clock,
      Scheduler blocking,
      JsonMapper mapper) {
    this.trail = trail;
    this.later = later;
    this.accounts = accounts;
    this.clock = clock;
    this.blocking = blocking;
    this.mapper = mapper;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    String path = exchange.getRequest().getPath().value();
    boolean changes =
        !READS.contains(exchange.getRequest().getMethod())
            && (path.startsWith("/api/") || path.startsWith("/console/") || PAGES.contains(path));
    if (changes) {
      exchange.getResponse().beforeCommit(() -> write(exchange));
    }
    return chain.filter(exchange);
  }

  private Mono<Void> write(ServerWebExchange exchange) {
    boolean login = exchange.getRequest().getPath().value().equals("/login");
    Caller caller = exchange.getAttribute(Caller.class.getName());
    if (caller == null && !login) {
      // Turned away at the door; to write each down would let anybody fill the disk.
      return Mono.empty();
    }
    Mono<String> actor =
        caller != null
            ? Mono.just(caller.name())
            : exchange.getFormData().publishOn(blocking).map(this::whoTriesTo);
    return actor
        .publishOn(blocking)
        .doOnNext(name -> trail.append(List.of(entry(exchange, name))))
        .then()
        .onErrorResume(
            failure -> {
              // The change is made: an answer that hides it would be worse than a late row.
              log.warn(
                  "Request {} is not in the audit yet: {}",
                  RequestIds.of(exchange),
                  failure.getMessage());
              later.add(entry(exchange, caller == null ? "unknown" : caller.name()));
              return Mono.empty();
            });
  }

  /** Only a name that exists: people type their password into the wrong field. */
  private String whoTriesTo(MultiValueMap<String, String> login) {
    String name = login.getFirst("username");
    return name != null && accounts.find(name).isPresent() ? "user:" + name : "unknown";
  }

  private AuditEntry entry(ServerWebExchange exchange, String actor) {
    PathPattern pattern = exchange.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
    String path = exchange.getRequest().getPath().value();
    Audited.@Nullable Change change = Audited.of(exchange);
    HttpStatusCode status = exchange.getResponse().getStatusCode();
    ObjectNode after = mapper.createObjectNode();
    after.put("status", status == null ? 200 : status.value());
    if (change != null && change.after() != null) {
      after.set("state", mapper.valueToTree(change.after()));
    }
    return AuditEntry.of(
        clock.instant(),
        actor,
        exchange.getRequest().getMethod()
            + " "
            + (pattern == null ? path : pattern.getPatternString()),
        path,
        change == null || change.before() == null
            ? null
            : mapper.writeValueAsString(change.before()),
        mapper.writeValueAsString(after),
        RequestIds.of(exchange));
  }
}
