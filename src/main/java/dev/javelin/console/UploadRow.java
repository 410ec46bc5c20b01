package dev.javelin.console;

import dev.javelin.service.Upload;

/**
 * Files on their way to the server.
 *
 * @param receivedBytes of all its files together
 */
record UploadRow(Upload.UploadView view, long receivedBytes, long sizeBytes) {
  static UploadRow of(Upload.UploadView view) {
    return new UploadRow(
        view,
        view.files().stream().mapToLong(Upload.UploadedFile::receivedBytes).sum(),
        view.files().stream().mapToLong(Upload.UploadedFile::sizeBytes).sum());
  }

  /** Whether it takes bytes. Public, as templates need. */
  public boolean open() {
    return view.state() == Upload.State.OPEN;
  }
}
