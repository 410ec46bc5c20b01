package dev.javelin.engine;

/** Whether an engine can serve. */
public enum EngineHealth {
  SERVING,
  /** A thread died or restarting did not help: it refuses requests and must be loaded again. */
  FAILED,
  CLOSED
}
