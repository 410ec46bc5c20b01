package dev.javelin.engine.scheduler;

import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.Tenant;
import dev.javelin.engine.scheduler.SchedulerOutput.ScheduledSequence;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * One request's tokens, prompt and answer alike, and how far their keys and values are computed.
 * Every step lets {@code numComputedTokens} chase {@code numTokens}. Tokens and blocks are only
 * ever added behind those there are, so that a step may read the arrays of a sequence that has
 * grown since. Engine thread only.
 */
public final class Sequence {
  static final int NO_ID = -1;
  private static final int[] NO_BLOCKS = {};

  /** Who goes first: the lower priority number, then who came first. */
  static final Comparator<Sequence> ORDER =
      Comparator.<Sequence>comparingInt(sequence -> sequence.priority)
          .thenComparing((a, b) -> Long.signum(a.sinceNanos - b.sinceNanos))
          .thenComparingLong(sequence -> sequence.arrival);

  private final int promptLength;
  private final SamplingParams sampling;
  private final int[] endTokenIds;
  private final String scope;
  final Tenant tenant;
  final int priority;

  /** When it was asked for; what goes on with an answer was when that began. */
  private final long sinceNanos;

  /** Whether it goes on with an answer that another began. */
  final boolean goesOn;

  private int[] tokens;
  private int numTokens;

  /** Whether the last token is one that a step in flight chooses. */
  private boolean expecting;

  /** Whether nothing may follow the expected token. */
  private boolean expectsLast;

  private int[] blocks = NO_BLOCKS;
  private int numBlocks;

  /** Blocks before this one were given back: no layer looks at them again. */
  private int firstBlock;

  private long[] hashes = {};
  private int numHashes;
  private @Nullable TenantQueue queue;
  int id = NO_ID;
  boolean running;
  int numComputedTokens;

  /** Tokens there were when all of them were computed for the last time. */
  private int settled;

  /** Most tokens that were ever computed; what lies before is not charged again. */
  int numServedTokens;

  boolean announced;
  long arrival;
  long lastStep;

  /** What the constraint said in the step {@code askedStep}. */
  int permitted;

  long askedStep;
  final SequenceHistory history = new SequenceHistory();

  /**
   * @param promptTokenIds [at least 1], not copied
   * @param endTokenIds sorted tokens that end the answer
   */
  public Sequence(int[] promptTokenIds, SamplingParams sampling, int[] endTokenIds) {
    this(new GenerationRequest("", promptTokenIds, sampling, Long.MAX_VALUE), endTokenIds);
  }

  /**
   * @param endTokenIds sorted tokens that end the answer
   */
  public Sequence(GenerationRequest request, int[] endTokenIds) {
    promptLength = request.promptLength();
    sampling = request.sampling();
    this.endTokenIds = endTokenIds;
    tenant = request.tenant();
    priority = request.priority();
    scope = tenant.id() + '\0' + request.cacheSalt();
    goesOn = request.goesOn();
    sinceNanos = goesOn ? request.continued().sinceNanos() : System.nanoTime();
    numTokens = request.promptTokenIds().length;
    tokens = Arrays.copyOf(request.promptTokenIds(), numTokens + 16);
    settled = numTokens - 1;
  }

  /** Small number of a live sequence, used again after it ended; -1 unless in a scheduler. */
  public int id() {
    return id;
  }

  /** The expected one included. */
  public int numTokens() {
    return numTokens;
  }

  /** Those that no step in flight still chooses. */
  int numKnownTokens() {
    return expecting ? numTokens - 1 : numTokens;
  }

  public int numPromptTokens() {
    return promptLength;
  }

  /** Known tokens of the answer. */
  public int numOutputTokens() {
    return numKnownTokens() - promptLength;
  }

  public int numComputedTokens() {
    return numComputedTokens;
  }

  public SamplingParams sampling() {
    return sampling;
  }

  public int[] endTokenIds() {
    return endTokenIds;
  }

  /** What happened to it so far. */
  public SequenceHistory history() {
    return history;
  }

  /** A copy of the ids of the blocks it holds, in order of positions. */
  public int[] blockTable() {
    return Arrays.copyOfRange(blocks, firstBlock, numBlocks);
  }

  /** The queue of its tenant; it must have been added to a scheduler. */
  TenantQueue queue() {
    TenantQueue present = queue;
    if (present == null) {
      throw new IllegalStateException("the sequence is in no scheduler");
    }
    return present;
  }

  void queue(TenantQueue queue) {
    this.queue = queue;
  }

  /** Whether only what came last is still to be computed: a token, and those it forced. */
  boolean decodes() {
    return numTokens > promptLength && numComputedTokens >= settled && numMissingTokens() > 0;
  }

  int numMissingTokens() {
    return numTokens - numComputedTokens;
  }

  /** Whether a step in flight chooses its last token. */
  boolean expects() {
    return expecting;
  }

  /** Whether it waits for that token only to end. */
  boolean expectsLast() {
    return expectsLast;
  }

  void expect(boolean last) {
    push(ScheduledSequence.UNKNOWN);
    expecting = true;
    expectsLast = last;
  }

  void append(int token) {
    if (expecting) {
      tokens[numTokens - 1] = token;
      expecting = false;
      expectsLast = false;
    } else {
      push(token);
    }
  }

  /** Adds a token that follows from the one before it. */
  void appendForced(int token) {
    push(token);
  }

  private void push(int token) {
    if (numMissingTokens() == 0) {
      settled = numTokens;
    }
    if (numTokens == tokens.length) {
      tokens = Arrays.copyOf(tokens, numTokens * 2);
    }
    tokens[numTokens++] = token;
  }

  /** The live array; what lies below {@link #numKnownTokens} does not change. */
  int[] tokens() {
    return tokens;
  }

  int numBlocks() {
    return numBlocks;
  }

  int firstBlock() {
    return firstBlock;
  }

  int block(int index) {
    return blocks[index];
  }

  /** The live array; what lies below {@link #numBlocks} does not change. */
  int[] blocks() {
    return blocks;
  }

  void addBlock(int block) {
    if (numBlocks == blocks.length) {
      blocks = Arrays.copyOf(blocks, Math.max(8, numBlocks * 2));
    }
    blocks[numBlocks++] = block;
  }

  /** Gives the first block it still holds, which it then no longer does. */
  int dropFirstBlock() {
    return blocks[firstBlock++];
  }

  /** Starts a new table: steps may still read the old one. */
  void dropBlocks() {
    blocks = NO_BLOCKS;
    numBlocks = 0;
    firstBlock = 0;
    numComputedTokens = 0;
  }

  /**
   * Hashes the prompt's blocks before the sequence goes to a scheduler with these options, so that
   * a long prompt does not hold up the engine's thread.
   */
  public void hashPrompt(SchedulerOptions options) {
    if (options.prefixCache()) {
      hash(new BlockHasher(), options.blockSize(), options.lengthDependentKeys());
    }
  }

  /** Hashes every full block of known tokens. */
  void hash(BlockHasher hasher, int blockSize, boolean lengthDependentKeys) {
    int full = numKnownTokens() / blockSize;
    if (numHashes == full) {
      return;
    }
    if (hashes.length < 2 * full) {
      hashes = Arrays.copyOf(hashes, 2 * Math.max(full, numHashes * 2));
    }
    long high;
    long low;
    if (numHashes == 0) {
      hasher.root(scope, lengthDependentKeys ? promptLength : 0);
      high = hasher.high();
      low = hasher.low();
    } else {
      high = hashes[2 * numHashes - 2];
      low = hashes[2 * numHashes - 1];
    }
    for (; numHashes < full; numHashes++) {
      hasher.next(high, low, tokens, numHashes * blockSize, (numHashes + 1) * blockSize);
      high = hasher.high();
      low = hasher.low();
      hashes[2 * numHashes] = high;
      hashes[2 * numHashes + 1] = low;
    }
  }

  int numHashes() {
    return numHashes;
  }

  long hashHigh(int block) {
    return hashes[2 * block];
  }

  long hashLow(int block) {
    return hashes[2 * block + 1];
  }
}
