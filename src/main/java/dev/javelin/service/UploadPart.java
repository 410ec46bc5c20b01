package dev.javelin.service;

import dev.javelin.service.Problem.Type;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Bytes of one file on their way to the disk. What was written stays if the rest never comes. */
public final class UploadPart implements AutoCloseable {
  private final Upload upload;
  private final String name;
  private final ByteRange range;
  private final Upload.UploadedFile before;
  private final FileChannel channel;
  private long at;

  UploadPart(Upload upload, String name, Path path, ByteRange range) throws IOException {
    this.upload = upload;
    this.name = name;
    this.range = range;
    before = upload.fileView(name);
    channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            // A link would lead out of the store.
            LinkOption.NOFOLLOW_LINKS);
    at = range.start();
  }

  /** The file as it was before any byte of this part. */
  public Upload.UploadedFile before() {
    return before;
  }

  /** How many bytes belong to this part. */
  public long length() {
    return range.length();
  }

  /**
   * @throws ProblemException INVALID_REQUEST if that is more than the part has; then nothing of the
   *     part is kept
   */
  public synchronized void write(ByteBuffer bytes) {
    upload.requireOpen();
    try {
      if (bytes.remaining() > range.end() - at) {
        channel.truncate(range.start());
        throw new ProblemException(
            Type.INVALID_REQUEST,
            "the body has more than the %d bytes announced of '%s'".formatted(length(), name));
      }
      if (at == range.start()) {
        // Only now: a request that sends nothing must not cost what is there.
        channel.truncate(at);
      }
      while (bytes.hasRemaining()) {
        at += channel.write(bytes, at);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * To be called when the body ended.
   *
   * @throws ProblemException INVALID_REQUEST if bytes are missing; those that came are kept
   */
  public synchronized Upload.UploadedFile ended() {
    if (at < range.end()) {
      throw new ProblemException(
          Type.INVALID_REQUEST,
          "the body had %d of %d bytes; go on at byte %d"
              .formatted(at - range.start(), length(), at));
    }
    return upload.fileView(name);
  }

  @Override
  public synchronized void close() {
    if (channel.isOpen()) {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        upload.received(name);
      }
    }
  }
}
