package dev.javelin.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8AssemblerTests {
  @Test
  void holdsACharacterBackUntilItIsWhole() {
    Utf8Assembler assembler = new Utf8Assembler();
    byte[] smile = "\uD83D\uDE00".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 3; i++) {
      assertThat(assembler.append(new byte[] {smile[i]})).isEmpty();
    }
    assertThat(assembler.append(new byte[] {smile[3], 'a'})).isEqualTo("\uD83D\uDE00a");
    assertThat(assembler.finish()).isEmpty();
  }

  @Test
  void anOpenCharacterAtTheEndBecomesTheReplacement() {
    Utf8Assembler assembler = new Utf8Assembler();
    assertThat(assembler.append(new byte[] {(byte) 0xE2, (byte) 0x80})).isEmpty();
    assertThat(assembler.finish()).isEqualTo("\uFFFD");
  }

  @Test
  void anyBytesInAnyCutsAreWhatAStringMakesOfTheWhole() {
    Random random = new Random(7);
    byte[] hard = {
      'a',
      (byte) 0x80,
      (byte) 0xBF,
      (byte) 0xC0,
      (byte) 0xC3,
      (byte) 0xE0,
      (byte) 0xE2,
      (byte) 0xED,
      (byte) 0xA0,
      (byte) 0x9F,
      (byte) 0xEF,
      (byte) 0xF0,
      (byte) 0x90,
      (byte) 0xF4,
      (byte) 0xF5,
      (byte) 0xFF
    };
    for (int round = 0; round < 50_000; round++) {
      Utf8Assembler assembler = new Utf8Assembler();
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      StringBuilder text = new StringBuilder();
      for (int piece = random.nextInt(6); piece >= 0; piece--) {
        byte[] bytes = new byte[random.nextInt(4)];
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = hard[random.nextInt(hard.length)];
        }
        all.writeBytes(bytes);
        text.append(assembler.append(bytes));
      }
      text.append(assembler.finish());
      assertThat(text.toString()).isEqualTo(all.toString(StandardCharsets.UTF_8));
    }
  }
}
