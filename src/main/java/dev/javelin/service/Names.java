package dev.javelin.service;

/** What models, profiles and aliases may be called: it must fit into a path and into a log. */
public final class Names {
  public static final String PATTERN = "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$";
  public static final String MESSAGE =
      "must be 1 to 128 letters, digits, '.', '_' or '-', and begin with a letter or a digit";

  private Names() {}

  /**
   * @throws ProblemException INVALID_REQUEST if nothing may be called so
   */
  public static void require(String name) {
    if (!name.matches(PATTERN)) {
      throw new ProblemException(
          Problem.ofField("/name", "'%s' %s".formatted(name, MESSAGE)).said("name", name));
    }
  }
}
