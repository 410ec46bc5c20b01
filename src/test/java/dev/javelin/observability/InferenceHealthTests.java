package dev.javelin.observability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.AliasPolicy;
import dev.javelin.catalog.AliasPolicy.Loading;
import dev.javelin.engine.LoadOptions;
import dev.javelin.fake.FakeModelOpener;
import dev.javelin.service.ServedModel.State;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class InferenceHealthTests {
  private static final AliasPolicy START = new AliasPolicy(Loading.STARTUP, false, null);
  private static final AliasPolicy PINNED = new AliasPolicy(Loading.ON_REQUEST, true, null);
  private static final AliasPolicy REQUEST = new AliasPolicy(Loading.ON_REQUEST, false, 60L);
  private static final AliasPolicy PERSON = new AliasPolicy(Loading.MANUAL, false, null);

  @Test
  void whatIsToBeInMemoryHasToBeThere() {
    State loading = new State.Loading("weights", 0.5);
    for (AliasPolicy policy : new AliasPolicy[] {START, PINNED}) {
      assertThat(InferenceHealth.trouble(policy, new State.Unloaded(true)))
          .isEqualTo("not in memory");
      assertThat(InferenceHealth.trouble(policy, loading)).isEqualTo("loading: weights");
    }
  }

  @Test
  void whatLeavesWhenItIsIdleIsNoTrouble() {
    for (AliasPolicy policy : new AliasPolicy[] {REQUEST, PERSON}) {
      assertThat(InferenceHealth.trouble(policy, new State.Unloaded(true))).isNull();
      assertThat(InferenceHealth.trouble(policy, new State.Loading("queued", null))).isNull();
    }
  }

  @Test
  void whatDoesNotLoadIsTroubleAndWhatIsReadyIsNone() {
    State ready =
        new State.Ready(new FakeModelOpener().open(Path.of("a"), LoadOptions.DEFAULT, _ -> {}));
    for (AliasPolicy policy : new AliasPolicy[] {START, PINNED, REQUEST, PERSON}) {
      assertThat(InferenceHealth.trouble(policy, new State.Failed("no memory")))
          .isEqualTo("no memory");
      assertThat(InferenceHealth.trouble(policy, ready)).isNull();
    }
  }
}
