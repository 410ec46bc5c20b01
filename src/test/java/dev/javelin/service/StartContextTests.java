package dev.javelin.service;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StartContextTests {
  @Test
  void theLongestPowerOfTwoBelowTheModelsOwnThatFits() {
    assertThat(StartContext.longest(131_072, tokens -> tokens <= 40_000)).isEqualTo(32_768);
    assertThat(StartContext.longest(131_072, tokens -> true)).isEqualTo(65_536);
    assertThat(StartContext.longest(40_960, tokens -> true)).isEqualTo(32_768);
  }

  @Test
  void whatCannotBeServedFailsAsItDid() {
    assertThat(StartContext.longest(131_072, tokens -> tokens < 512)).isZero();
    assertThat(StartContext.longest(131_072, tokens -> false)).isZero();
    assertThat(StartContext.longest(300, tokens -> true)).isZero();
    assertThat(StartContext.longest(1, tokens -> true)).isZero();
  }

  @Test
  void theContextIsWrittenIntoTheProfileAlone() {
    LoadSettings given = LoadSettings.NONE.withTokenBudget(64);
    assertThat(given.withContextLength(1024).contextLength()).isEqualTo(1024);
    assertThat(given.withContextLength(1024).tokenBudget()).isEqualTo(64);
    assertThat(given.withContextLength(1024).kvCacheBytes()).isNull();
  }
}
