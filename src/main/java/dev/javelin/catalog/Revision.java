package dev.javelin.catalog;

/** Which state of a row a change is meant for. */
public sealed interface Revision {
  /** Any state: the caller takes what is there. */
  Revision ANY = new Any();

  record Any() implements Revision {}

  /** Only this state; any other is a {@link StaleRevisionException}. */
  record Exactly(long number) implements Revision {}

  /** The row must not exist yet. */
  record Absent() implements Revision {}

  /**
   * @param what kind of row it is
   * @throws StaleRevisionException if the row at {@code current} is not the one meant
   */
  default void check(String what, String name, long current) {
    boolean meant =
        switch (this) {
          case Any _ -> true;
          case Exactly(long number) -> number == current;
          case Absent _ -> false;
        };
    if (!meant) {
      throw new StaleRevisionException(what, name, current);
    }
  }
}
