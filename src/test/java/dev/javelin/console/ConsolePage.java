package dev.javelin.console;

import dev.javelin.catalog.account.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every address of the console that shows a page, over what {@link TestConsole} has.
 *
 * @param least who may open it; null: anybody
 * @param status that it is answered with
 */
record ConsolePage(String path, @Nullable Role least, int status) {
  /** Nobody logged in. */
  static final String NOBODY = "nobody";

  static final List<ConsolePage> ALL =
      List.of(
          open("/"),
          open("/console/overview"),
          open("/console/requests"),
          open("/console/requests/missing"),
          open("/console/metrics"),
          open("/console/access"),
          open("/console/access/people"),
          open("/console/access/quotas"),
          open("/console/access/quotas?tenant=team"),
          open("/console/audit"),
          open("/console/audit?verify=true"),
          open("/console/settings"),
          open("/console/settings/transfer"),
          open("/console/settings/about"),
          open("/console/styleguide"),
          open("/console/styleguide?plan=load-refused"),
          open("/console/styleguide?plan=unload"),
          open("/console/styleguide?plan=policy"),
          open("/console/styleguide?plan=removal-blocked"),
          open("/login"),
          open("/login?first"),
          open("/login?error"),
          open("/login?out"),
          new ConsolePage("/console/nowhere", null, 404),
          of(Role.VIEWER, "/password"),
          of(Role.VIEWER, "/console/models"),
          of(Role.VIEWER, "/console/models/first"),
          of(Role.VIEWER, "/console/models/first?tab=profiles&profile=small"),
          of(Role.VIEWER, "/console/models/first?tab=profiles&profile=large"),
          of(Role.VIEWER, "/console/models/first?tab=decoding"),
          of(Role.VIEWER, "/console/models/first?tab=activity"),
          of(Role.VIEWER, "/console/models/first?tab=history"),
          of(Role.VIEWER, "/console/models/dart/versions/1"),
          new ConsolePage("/console/models/first/versions/1", Role.VIEWER, 422),
          new ConsolePage("/console/models/missing", Role.VIEWER, 404),
          of(Role.VIEWER, "/console/runtime"),
          of(Role.VIEWER, "/console/runtime?plan=load"),
          of(Role.VIEWER, "/console/runtime?plan=swap&alias=other"),
          of(Role.VIEWER, "/console/runtime?plan=policy&alias=other"),
          of(Role.VIEWER, "/console/runtime?plan=swap&alias=missing"),
          of(Role.DEPLOYER, "/console/add"));

  private static ConsolePage open(String path) {
    return new ConsolePage(path, null, 200);
  }

  private static ConsolePage of(Role least, String path) {
    return new ConsolePage(path, least, 200);
  }

  /** Those who may open it, nobody first. */
  List<String> visitors() {
    List<String> all = new ArrayList<>();
    if (least == null) {
      all.add(NOBODY);
    }
    Arrays.stream(Role.values())
        .filter(role -> least == null || role.covers(least))
        .forEach(role -> all.add(role.word()));
    return all;
  }

  /** For a file's name. */
  String slug() {
    String plain = path.replaceFirst("^/console/", "").replaceAll("\\W+", "-");
    return plain.equals("-") ? "playground" : plain.replaceAll("^-|-$", "");
  }

  @Override
  public String toString() {
    return path;
  }
}
