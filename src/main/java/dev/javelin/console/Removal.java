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
 * @param instances that run it now; a version or model in memory cannot go either
 * @param holds how many versions go with it
 * @param requests that run on it now
 * @param path of its files; null: it has none of its own
 * @param stored whether the files are in the server's store, and go with it
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
    @Nullable String path,
    boolean stored) {
  /** Whether it is refused as things are. Public, as templates need. */
  public boolean blocked() {
    return !aliases.isEmpty() || loaded();
  }

  /** Whether it has to be unloaded first. Public, as templates need. */
  public boolean loaded() {
    return (kind.equals("model") || kind.equals("version")) && !instances.isEmpty();
  }
}
