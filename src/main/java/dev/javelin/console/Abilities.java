package dev.javelin.console;

import dev.javelin.security.Access;
import dev.javelin.security.Caller;
import java.util.Locale;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.server.ServerWebExchange;

/** What whoever looks at a page of the management may do there, and how it writes figures. */
@ControllerAdvice(
    assignableTypes = {
      OverviewController.class,
      PageController.class,
      ReplaysPageController.class,
      RuntimeController.class,
      StyleguideController.class,
      ModelPagesController.class,
      CatalogEditsController.class,
      AddController.class,
      InspectController.class
    })
final class Abilities {
  /** Whether they may load, unload and cancel. */
  @ModelAttribute("mayOperate")
  boolean mayOperate(ServerWebExchange exchange) {
    return Caller.of(exchange).may(Access.OPERATOR);
  }

  /** Whether they may change models, profiles and aliases. */
  @ModelAttribute("mayDeploy")
  boolean mayDeploy(ServerWebExchange exchange) {
    return Caller.of(exchange).may(Access.DEPLOYER);
  }

  @ModelAttribute("show")
  Show show(Locale locale) {
    return new Show(locale);
  }
}
