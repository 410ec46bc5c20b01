package dev.javelin.backend.cpu.linear;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * Zeroed memory for weights, cut from large pieces. On Linux it asks for huge pages before the
 * first touch (madvise(2), MADV_HUGEPAGE): a step reads all weights once, and small pages make it
 * wait for page tables. Elsewhere, or where the kernel refuses, pages stay as they are.
 */
public final class PanelMemory {
  private static final long HUGE_PAGE = 2L << 20;
  private static final long PIECE = 64L << 20;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int MADV_HUGEPAGE = 14;

  private final Arena arena;
  private long next;
  private long used;
  private long end;

  /**
   * @param arena frees all of it when it closes
   */
  public PanelMemory(Arena arena) {
    this.arena = arena;
  }

  /**
   * @return address of zeroed bytes, 64-byte aligned
   * @throws OutOfMemoryError if there are not so many
   */
  public long allocate(long bytes) {
    long rounded = Math.addExact(bytes, 63) & -64;
    if (rounded > end - next) {
      long piece = Math.max(PIECE, Math.addExact(rounded, HUGE_PAGE - 1) & -HUGE_PAGE);
      next = piece(piece);
      end = next + piece;
    }
    long address = next;
    next += rounded;
    used += rounded;
    return address;
  }

  /** What was handed out; of the rest of a piece no page is ever touched. */
  public long usedBytes() {
    return used;
  }

  private long piece(long bytes) {
    if (!System.getProperty("os.name").equals("Linux")) {
      return arena.allocate(bytes, HUGE_PAGE).address();
    }
    Linux linux = Linux.INSTANCE;
    long mapped = linux.map(Math.addExact(bytes, HUGE_PAGE));
    MemorySegment.ofAddress(mapped)
        .reinterpret(bytes + HUGE_PAGE, arena, segment -> linux.unmap(segment));
    long aligned = mapped + HUGE_PAGE - 1 & -HUGE_PAGE;
    linux.adviseHugePages(aligned, bytes);
    return aligned;
  }

  /** The three system calls. */
  private static final class Linux {
    static final Linux INSTANCE = new Linux();

    private final MethodHandle mmap =
        handle(
            "mmap",
            FunctionDescriptor.of(
                JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private final MethodHandle munmap =
        handle("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
    private final MethodHandle madvise =
        handle("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));

    private static MethodHandle handle(String name, FunctionDescriptor type) {
      Linker linker = Linker.nativeLinker();
      SymbolLookup lookup = linker.defaultLookup();
      return linker.downcallHandle(lookup.findOrThrow(name), type);
    }

    long map(long bytes) {
      long address;
      try {
        address =
            (long)
                mmap.invokeExact(
                    MemorySegment.NULL, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
      } catch (Throwable e) {
        throw new IllegalStateException("mmap", e);
      }
      if (address == -1) {
        throw new OutOfMemoryError("no %d MiB of memory for weights".formatted(bytes >> 20));
      }
      return address;
    }

    void unmap(MemorySegment segment) {
      try {
        int unused = (int) munmap.invokeExact(segment, segment.byteSize());
      } catch (Throwable e) {
        throw new IllegalStateException("munmap", e);
      }
    }

    /** A refusal only costs speed. */
    void adviseHugePages(long address, long bytes) {
      try {
        int unused = (int) madvise.invokeExact(address, bytes, MADV_HUGEPAGE);
      } catch (Throwable e) {
        throw new IllegalStateException("madvise", e);
      }
    }
  }
}
