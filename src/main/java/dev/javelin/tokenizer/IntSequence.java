package dev.javelin.tokenizer;

import java.util.Arrays;

/** Token ids that are being collected. */
final class IntSequence {
  private int[] values;
  private int size;

  IntSequence(int capacity) {
    values = new int[capacity];
  }

  void add(int value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, size * 2 + 8);
    }
    values[size++] = value;
  }

  void addAll(int[] more) {
    for (int value : more) {
      add(value);
    }
  }

  int[] toArray() {
    return Arrays.copyOf(values, size);
  }
}
