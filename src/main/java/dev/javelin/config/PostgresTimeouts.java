package dev.javelin.config;

import com.zaxxer.hikari.HikariDataSource;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.stereotype.Component;

/** A connection over which nothing comes any more counts as lost soon, not when TCP gives up. */
@Component
final class PostgresTimeouts implements BeanPostProcessor {
  private static final String SECONDS = "10";

  @Override
  public Object postProcessBeforeInitialization(Object bean, String name) {
    if (bean instanceof HikariDataSource source
        && source.getJdbcUrl().startsWith("jdbc:postgresql:")) {
      source.addDataSourceProperty("socketTimeout", SECONDS);
      source.addDataSourceProperty("connectTimeout", "3");
      source.addDataSourceProperty("tcpKeepAlive", "true");
    }
    return bean;
  }
}
