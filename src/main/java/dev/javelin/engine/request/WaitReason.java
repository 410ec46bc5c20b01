package dev.javelin.engine.request;

/** What kept a request in the queue at a step. */
public enum WaitReason {
  /** The step's tokens went to others of the same tenant, or to running answers. */
  BUDGET,
  /** The batch holds as many sequences as it may. */
  SEQUENCES,
  /** Too few KV blocks are free. */
  BLOCKS,
  /** It was another tenant's turn. */
  FAIRNESS,
  /** Something the request itself needs is not ready, such as its grammar. */
  CONSTRAINT
}
