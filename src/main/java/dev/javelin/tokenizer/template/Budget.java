package dev.javelin.tokenizer.template;

/** What is left of the {@link Limits} in one rendering. */
final class Budget {
  private static final int STEPS_PER_CLOCK_READ = 64;
  private static final long LARGE = 4096;

  private final Limits limits;
  private final long start = System.nanoTime();
  private long steps;
  private long allocated;
  private int macroDepth;

  Budget(Limits limits) {
    this.limits = limits;
  }

  void step() {
    if (++steps > limits.steps()) {
      throw new EvaluationException(
          "the template takes more than " + limits.steps() + " steps; does a loop not end?");
    }
    if (steps % STEPS_PER_CLOCK_READ == 0) {
      checkTime();
    }
  }

  void allocate(long units) {
    allocated += units;
    if (allocated > limits.allocation()) {
      throw new EvaluationException(
          "the template produces more than " + limits.allocation() + " intermediate characters");
    }
    if (units > LARGE) {
      checkTime();
    }
  }

  void checkOutput(int length) {
    if (length > limits.output()) {
      throw new EvaluationException(
          "the rendered prompt exceeds " + limits.output() + " characters");
    }
  }

  void enterMacro() {
    if (++macroDepth > limits.macroDepth()) {
      throw new EvaluationException(
          "macros call one another more than " + limits.macroDepth() + " deep");
    }
  }

  void leaveMacro() {
    macroDepth--;
  }

  private void checkTime() {
    if (System.nanoTime() - start > limits.time().toNanos()) {
      throw new EvaluationException(
          "rendering the template takes longer than " + limits.time().toMillis() + " ms");
    }
  }
}
