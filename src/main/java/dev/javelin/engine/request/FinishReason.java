package dev.javelin.engine.request;

/** Why a sequence ended. */
public enum FinishReason {
  /** An end token, a stop token or a stop string. */
  STOP,
  /** max tokens or the context length. */
  LENGTH,
  /** The caller or an administrator cancelled it. */
  CANCELLED
}
