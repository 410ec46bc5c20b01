package dev.javelin.service;

import dev.javelin.service.Problem.Type;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A repository of a hub, and perhaps one file of it: {@code hf:owner/name} or {@code
 * hf:owner/name:file.gguf}.
 */
public record HubName(String owner, String name, @Nullable String file) {
  private static final String WORD = "[A-Za-z0-9][A-Za-z0-9._-]{0,95}";
  private static final Pattern FORM =
      Pattern.compile("hf:(%s)/(%s)(?::(%s))?".formatted(WORD, WORD, WORD));

  /**
   * @throws ProblemException INVALID_REQUEST naming the form
   */
  public static HubName parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new ProblemException(
          Problem.ofField("/hub", "'%s' is not of the form hf:owner/name[:file]".formatted(text))
              .said("hub-name", text));
    }
    return new HubName(form.group(1), form.group(2), form.group(3));
  }

  @Override
  public String toString() {
    return "hf:%s/%s%s".formatted(owner, name, file == null ? "" : ":" + file);
  }

  static ProblemException failed(String detail) {
    return new ProblemException(Type.HUB_FAILED, detail);
  }
}
