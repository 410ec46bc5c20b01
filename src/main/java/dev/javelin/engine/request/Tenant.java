package dev.javelin.engine.request;

/**
 * Whom a request is computed for. Tenants share an engine by tokens, and no cached prompt.
 *
 * @param weight share against other tenants that want more than there is; positive
 */
public record Tenant(String id, double weight) {
  /** Everyone, as long as nobody is told apart. */
  public static final Tenant DEFAULT = new Tenant("default", 1);

  /**
   * @throws IllegalArgumentException if {@code weight} is not a positive number
   */
  public Tenant {
    if (!(weight > 0) || Double.isInfinite(weight)) {
      throw new IllegalArgumentException("a tenant's weight must be positive, was " + weight);
    }
  }
}
