package dev.javelin.quant;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The code points of an IQ format: each entry is a small vector. {@code grids.txt} holds an entry
 * as four hexadecimal digits, the codes of its elements from the lowest bits up.
 *
 * @param values [entries x width] element values
 * @param width elements of an entry
 */
record Grid(byte[] values, int width) {
  /** Reads the grid {@code name}, replacing code c by {@code levels[c]}. */
  static Grid load(String name, int width, int... levels) {
    String digits = digits(name);
    int bits = 16 / width;
    byte[] values = new byte[digits.length() / 4 * width];
    for (int i = 0; i < values.length; i++) {
      int entry = Integer.parseInt(digits, i / width * 4, i / width * 4 + 4, 16);
      values[i] = (byte) levels[entry >> (i % width * bits) & ((1 << bits) - 1)];
    }
    return new Grid(values, width);
  }

  int value(int entry, int element) {
    return values[entry * width + element];
  }

  private static String digits(String name) {
    StringBuilder digits = new StringBuilder();
    try (InputStream in = Grid.class.getResourceAsStream("grids.txt")) {
      if (in == null) {
        throw new IllegalStateException("grids.txt is not beside " + Grid.class.getName());
      }
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
      boolean inside = false;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("IQ")) {
          inside = line.equals(name);
        } else if (inside) {
          digits.append(line);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return digits.toString();
  }
}
