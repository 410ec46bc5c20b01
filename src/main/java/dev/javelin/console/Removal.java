package dev.javelin.console;

import dev.javelin.service.InstanceView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something of the catalog that somebody is about to delete, and what that means; its question is
 * {@code removal.ask.<kind>}, what follows {@code removal.means.<kind>}.
 *
 * @param kind {@code model}, {@code version}, {@code alias}, {@code load-profile} or {@code
 *     decoding-profile}
 * @param action where the form goes
 * @param back the page without the question
 * @param revision that the person sees; null where there is none
 * @param aliases that stand for it, or use it: it cannot go before them
 * @param instances that run it now: what they run cannot go before them
 * @param holds how many versions go with it
 * @param requests that run on it now
 * @param path of its files; null: it has none of its own
 */
record Removal(
    String kind,
    String name,
    String action,
    String back,
    @Nullable Long revision,
    List<String> aliases,
    List<InstanceView> instances,
    int holds,
    int requests,
    @Nullable String path) {
  /** Whether it is refused as things are. Public, as templates need. */
  public boolean blocked() {
    return !aliases.isEmpty() || (deletesFiles() && !instances.isEmpty());
  }

  /** Whether versions go, and files with them. Public, as templates need. */
  public boolean deletesFiles() {
    return kind.equals("model") || kind.equals("version");
  }
}
