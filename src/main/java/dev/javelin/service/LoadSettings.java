package dev.javelin.service;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.javelin.engine.LoadOptions;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.quant.KvDType;
import org.jspecify.annotations.Nullable;

/** What a load profile stores: {@link LoadOptions}, null where the server chooses. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LoadSettings(
    @Nullable Integer contextLength,
    @Nullable Integer maxSequences,
    @Nullable Integer tokenBudget,
    @Nullable Integer blockSize,
    @Nullable Long kvCacheBytes,
    @Nullable KvDType kvDType,
    @Nullable Integer threads,
    @Nullable Integer maxQueue,
    @Nullable Integer maxQueuePerTenant,
    @Nullable Integer promptTokens,
    @Nullable Boolean prefixCache,
    @Nullable Long hostCacheBytes) {
  public static final LoadSettings NONE =
      new LoadSettings(null, null, null, null, null, null, null, null, null, null, null, null);

  private static final int MAX_CONTEXT = 1 << 24;

  /** The settings that give just these options. */
  public static LoadSettings of(LoadOptions options) {
    return new LoadSettings(
        options.contextLength(),
        options.maxSequences(),
        options.tokenBudget(),
        options.blockSize(),
        options.kvCacheBytes(),
        options.kvDType(),
        options.threads(),
        options.maxQueue(),
        options.maxQueuePerTenant(),
        options.promptTokens(),
        options.prefixCache(),
        options.hostCacheBytes());
  }

  /**
   * @throws EngineException INVALID_REQUEST naming a setting that is out of bounds
   */
  public LoadOptions options() {
    LoadOptions usual = LoadOptions.DEFAULT;
    int size = within("blockSize", blockSize, usual.blockSize(), 0, 1024);
    if (size % 16 != 0) {
      throw refused("blockSize", size, "a multiple of 16");
    }
    return new LoadOptions(
        within("contextLength", contextLength, usual.contextLength(), 0, MAX_CONTEXT),
        within("maxSequences", maxSequences, usual.maxSequences(), 1, 4096),
        within("tokenBudget", tokenBudget, usual.tokenBudget(), 0, 1 << 20),
        size,
        within("kvCacheBytes", kvCacheBytes, usual.kvCacheBytes(), 0, 1L << 48),
        kvDType == null ? usual.kvDType() : kvDType,
        within("threads", threads, usual.threads(), 0, 1024),
        within("maxQueue", maxQueue, usual.maxQueue(), 1, 1 << 20),
        within("maxQueuePerTenant", maxQueuePerTenant, usual.maxQueuePerTenant(), 0, 1 << 20),
        within("promptTokens", promptTokens, usual.promptTokens(), 0, 1 << 20),
        prefixCache == null ? usual.prefixCache() : prefixCache,
        within("hostCacheBytes", hostCacheBytes, usual.hostCacheBytes(), 0, 1L << 48));
  }

  public LoadSettings withContext(int tokens, long cacheBytes) {
    return with(tokens, tokenBudget, cacheBytes, kvDType);
  }

  LoadSettings withContextLength(int tokens) {
    return with(tokens, tokenBudget, kvCacheBytes, kvDType);
  }

  public LoadSettings withKvDType(KvDType type) {
    return with(contextLength, tokenBudget, kvCacheBytes, type);
  }

  public LoadSettings withTokenBudget(int tokens) {
    return with(contextLength, tokens, kvCacheBytes, kvDType);
  }

  private LoadSettings with(
      @Nullable Integer context,
      @Nullable Integer budget,
      @Nullable Long cacheBytes,
      @Nullable KvDType type) {
    return new LoadSettings(
        context,
        maxSequences,
        budget,
        blockSize,
        cacheBytes,
        type,
        threads,
        maxQueue,
        maxQueuePerTenant,
        promptTokens,
        prefixCache,
        hostCacheBytes);
  }

  private static int within(String name, @Nullable Integer given, int usual, int least, int most) {
    return Math.toIntExact(
        within(name, given == null ? null : (Long) given.longValue(), usual, least, most));
  }

  private static long within(String name, @Nullable Long given, long usual, long least, long most) {
    if (given == null) {
      return usual;
    }
    if (given < least || given > most) {
      throw refused(name, given, "from %d to %d".formatted(least, most));
    }
    return given;
  }

  private static EngineException refused(String name, Object given, String allowed) {
    return new EngineException(
        ErrorCode.INVALID_REQUEST,
        "%s is %s; it must be %s".formatted(name, given, allowed),
        name,
        null);
  }
}
