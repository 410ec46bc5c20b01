package dev.javelin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.backend.LoadDefaults;
import dev.javelin.model.ModelConfig;
import dev.javelin.quant.KvDType;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LoadPlanTests {
  private static final LoadDefaults DEFAULTS =
      new LoadDefaults(2048, 2000, 64, KvDType.BF16, 1L << 30);

  /** Prompt tokens of a step beside answers, where a load asks for these and for that budget. */
  private static int promptTokens(int asked, int budget) {
    ModelConfig config =
        new ModelConfig("llama", 257, 8, 16, 1, 1, 1, 8, 256, 1e-5f, true, Map.of());
    LoadOptions wanted = new LoadOptions(128, 4, budget, 0, 0, null, 1, 16, 0, asked, true, 0);
    return LoadPlan.of(wanted, config, DEFAULTS).options().promptTokens();
  }

  @Test
  void theBackendSaysHowMuchPromptSuitsItsOwnBudget() {
    assertThat(promptTokens(0, 0)).isEqualTo(2000);
    assertThat(promptTokens(0, 100)).isEqualTo(25);
    assertThat(promptTokens(70, 0)).isEqualTo(70);
    assertThat(promptTokens(70, 100)).isEqualTo(70);
  }
}
