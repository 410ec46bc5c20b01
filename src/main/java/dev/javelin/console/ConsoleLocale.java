package dev.javelin.console;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.context.i18n.LocaleContext;
import org.springframework.context.i18n.SimpleLocaleContext;
import org.springframework.http.HttpCookie;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;
import org.springframework.web.server.i18n.LocaleContextResolver;

/** The language a person chose, else the best of what their browser asks for, else English. */
@Component(WebHttpHandlerBuilder.LOCALE_CONTEXT_RESOLVER_BEAN_NAME)
final class ConsoleLocale implements LocaleContextResolver {
  static final String COOKIE = "javelin-language";
  private static final List<Locale> SUPPORTED = List.of(Locale.ENGLISH, Locale.SIMPLIFIED_CHINESE);

  @Override
  public LocaleContext resolveLocaleContext(ServerWebExchange exchange) {
    HttpCookie chosen = exchange.getRequest().getCookies().getFirst(COOKIE);
    return new SimpleLocaleContext(
        chosen != null && chosen.getValue().equals("zh")
            ? Locale.SIMPLIFIED_CHINESE
            : chosen != null ? Locale.ENGLISH : asked(exchange));
  }

  private static Locale asked(ServerWebExchange exchange) {
    for (Locale wanted : languages(exchange)) {
      for (Locale supported : SUPPORTED) {
        if (wanted.getLanguage().equals(supported.getLanguage())) {
          return supported;
        }
      }
    }
    return Locale.ENGLISH;
  }

  private static List<Locale> languages(ServerWebExchange exchange) {
    try {
      return exchange.getRequest().getHeaders().getAcceptLanguageAsLocales();
    } catch (IllegalArgumentException e) {
      return List.of();
    }
  }

  @Override
  public void setLocaleContext(ServerWebExchange exchange, @Nullable LocaleContext context) {
    throw new UnsupportedOperationException("the cookie " + COOKIE + " chooses the language");
  }
}
