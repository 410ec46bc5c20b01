package dev.javelin.fake;

import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/** Before each test the engine that tests share answers again, whatever the last one made it do. */
final class FreshEngine implements BeforeEachCallback {
  @Override
  public void beforeEach(ExtensionContext context) {
    SpringExtension.getApplicationContext(context).getBean(FakeModelOpener.class).engine.reset();
  }
}
