package dev.javelin.engine.request;

/** Refuses request values by name. */
final class Ranges {
  private Ranges() {}

  /**
   * @param field the request's name of the value
   * @param allowed what would be right, as it reads after "must be"
   * @throws EngineException INVALID_REQUEST unless {@code valid}
   */
  static void require(boolean valid, String field, Object given, String allowed) {
    if (!valid) {
      throw new EngineException(
          ErrorCode.INVALID_REQUEST,
          "%s must be %s, but is %s".formatted(field, allowed, given),
          field,
          null);
    }
  }
}
