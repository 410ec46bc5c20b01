package dev.javelin.console;

import org.springframework.validation.BindingResult;
import org.springframework.validation.FieldError;

/**
 * Why a form was refused.
 *
 * @param field the input it is about; empty: the form as a whole
 * @param detail as the API says it
 */
record FieldProblem(String field, String detail) {
  /** The first of what does not hold. */
  static FieldProblem of(BindingResult errors) {
    FieldError first = errors.getFieldErrors().getFirst();
    return new FieldProblem(
        first.getField().replaceAll("\\[.*", ""),
        first.isBindingFailure()
            ? "'%s' cannot be read".formatted(first.getRejectedValue())
            : String.valueOf(first.getDefaultMessage()));
  }
}
