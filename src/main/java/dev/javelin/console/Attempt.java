package dev.javelin.console;

import dev.javelin.catalog.CatalogException;
import dev.javelin.catalog.StaleRevisionException;
import dev.javelin.engine.request.EngineException;
import dev.javelin.security.QuotaExceededException;
import dev.javelin.service.Problem;
import dev.javelin.service.ProblemException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.http.HttpStatus;
import org.springframework.ui.Model;
import org.springframework.validation.BindingResult;
import org.springframework.validation.FieldError;
import org.springframework.web.server.ServerWebExchange;

/** What a form asks for: done, or refused with the reason on the page it came from. */
final class Attempt {
  private Attempt() {}

  /** Why the services refuse; null if they did it. What is no refusal but a fault goes on. */
  static @Nullable Problem refusal(Runnable action) {
    try {
      action.run();
      return null;
    } catch (RuntimeException e) {
      if (refuses(e)) {
        return problem(e);
      }
      throw e;
    }
  }

  /** Whether a failure is a refusal of the services. */
  static boolean refuses(Throwable failure) {
    return failure instanceof ProblemException
        || failure instanceof CatalogException
        || failure instanceof StaleRevisionException
        || failure instanceof EngineException
        || failure instanceof QuotaExceededException
        || failure instanceof OptimisticLockingFailureException;
  }

  /** What a refusal of the services says. */
  static Problem problem(Throwable refused) {
    return refused instanceof OptimisticLockingFailureException
        ? Problem.of(
                Problem.Type.PRECONDITION_FAILED, "somebody else changed it at the same moment")
            .said("same-moment")
        : Problem.from(refused);
  }

  /** As {@link #refusal(Runnable)}, of a form whose fields have to hold first. */
  static @Nullable Problem refusal(BindingResult errors, Runnable action) {
    if (!errors.hasFieldErrors()) {
      return refusal(action);
    }
    FieldError first = errors.getFieldErrors().getFirst();
    return Problem.ofField(
            "/" + first.getField().replaceAll("\\[.*", ""),
            first.isBindingFailure()
                ? "'%s' cannot be read".formatted(first.getRejectedValue())
                : String.valueOf(first.getDefaultMessage()))
        .said("field-refused", first.getRejectedValue());
  }

  /** Puts the reason on the page that is about to be shown. */
  static void explain(Problem problem, Model view, ServerWebExchange exchange) {
    exchange.getResponse().setStatusCode(HttpStatus.valueOf(problem.type().status()));
    view.addAttribute("problem", ProblemView.of(problem));
  }
}
