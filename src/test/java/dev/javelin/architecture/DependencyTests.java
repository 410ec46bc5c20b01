package dev.javelin.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.javelin", importOptions = DependencyTests.OnlyMain.class)
final class DependencyTests {
  /** Leaves out test classes, wherever a build puts them. */
  static final class OnlyMain implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("/test-classes/") && !location.contains("/test/dev/");
    }
  }

  private static final String[] SPRING_LAND = {
    "dev.javelin",
    "dev.javelin.api..",
    "dev.javelin.console..",
    "dev.javelin.service..",
    "dev.javelin.security..",
    "dev.javelin.catalog..",
    "dev.javelin.config..",
    "dev.javelin.observability.."
  };

  @ArchTest
  static final ArchRule tensorIsAtTheBottom =
      only("tensor").because("every layer speaks of tensors, so they may know no layer");

  @ArchTest
  static final ArchRule quantSeesOnlyTensors =
      only("quant", "tensor")
          .because("a weight format is bytes and arithmetic, whatever reads or runs it");

  @ArchTest
  static final ArchRule backendSeesOnlyQuant =
      only("backend", "quant", "tensor")
          .because("a backend computes; what is computed is the models' business");

  @ArchTest
  static final ArchRule checkpointSeesOnlyQuant =
      only("checkpoint", "quant", "tensor").because("reading files needs no model and no engine");

  @ArchTest
  static final ArchRule tokenizerStandsAlone =
      only("tokenizer", "checkpoint").because("text and token ids need no model and no engine");

  @ArchTest
  static final ArchRule modelSeesItsContracts =
      only("model", "checkpoint", "quant", "backend", "tensor")
          .because("a model is weights and ops; who schedules it must not matter");

  @ArchTest
  static final ArchRule engineSeesNoServer =
      only("engine", "model", "checkpoint", "quant", "backend", "tokenizer", "tensor")
          .because("the engine must serve a terminal and a test as well as the API");

  @ArchTest
  static final ArchRule serviceSeesNoApi =
      noClasses()
          .that()
          .resideInAPackage("dev.javelin.service..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.javelin.api..", "dev.javelin.console..", "dev.javelin.cli..")
          .because("use cases are the same whoever calls them")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule securitySeesOnlyWhatIsStored =
      only("security", "catalog").because("who may do what must not depend on what is done");

  @ArchTest
  static final ArchRule observabilityOnlyListens =
      only("observability", "service", "engine", "catalog", "security")
          .because("figures and traces hear of what is done and take no part in it");

  @ArchTest
  static final ArchRule catalogSeesNoServer =
      noClasses()
          .that()
          .resideInAPackage("dev.javelin.catalog..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.javelin.api..",
              "dev.javelin.console..",
              "dev.javelin.service..",
              "dev.javelin.security..",
              "dev.javelin.cli..")
          .because("stored rows outlive the code that serves them")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule springStaysOutside =
      noClasses()
          .that()
          .resideOutsideOfPackages(SPRING_LAND)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.springframework..", "reactor..", "jakarta..")
          .because("the engine must start in a unit test with new");

  @ArchTest
  static final ArchRule vectorsStayInTheCpuBackend =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.javelin.backend.cpu..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jdk.incubator.vector..")
          .because("the module is an incubator: one package follows its changes");

  @ArchTest
  static final ArchRule cudaStaysInTheCudaBackend =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.javelin.backend.cuda..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jcuda..")
          .because("a machine without a GPU must load everything else");

  @ArchTest
  static final ArchRule onlyConfigNamesABackend =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "dev.javelin.config..", "dev.javelin.backend.cpu..", "dev.javelin.backend.cuda..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.javelin.backend.cpu..", "dev.javelin.backend.cuda..")
          .because("which backend runs is chosen once, at start");

  @ArchTest
  static final ArchRule schedulingIsIntegers =
      noClasses()
          .that()
          .resideInAPackage("dev.javelin.engine.scheduler..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.javelin.tensor..", "dev.javelin.backend..", "dev.javelin.model..")
          .because("scheduling is integers, and is tested without a model")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule recipesCallNoOps =
      noClasses()
          .that()
          .resideInAPackage("dev.javelin.model.architecture..")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("dev.javelin.backend.Ops")
          .because("a recipe lists what is special about a family; layers do the work")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule persistenceStaysInTheCatalog =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.javelin.catalog..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jakarta.persistence..")
          .because("entities that leak tie the wire and the engine to the database");

  @ArchTest
  static final ArchRule nobodyCallsTheTerminal =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.javelin.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.javelin.cli..")
          .because("commands are an edge of the program, like the API");

  @ArchTest
  static final ArchRule noCycles =
      slices()
          .matching("dev.javelin.(*)..")
          .should()
          .beFreeOfCycles()
          .because("packages are the stages a token passes through, in one direction");

  /** Classes of one top package may use of Javelin only that package and the named ones. */
  private static ArchRule only(String owner, String... others) {
    String[] allowed = new String[others.length + 1];
    allowed[0] = "dev.javelin." + owner + "..";
    for (int i = 0; i < others.length; i++) {
      allowed[i + 1] = "dev.javelin." + others[i] + "..";
    }
    DescribedPredicate<JavaClass> notOurs = not(resideInAPackage("dev.javelin.."));
    return classes()
        .that()
        .resideInAPackage("dev.javelin." + owner + "..")
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage(allowed).or(notOurs));
  }
}
