package dev.javelin.api.admin;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The statuses of a route that do not follow from its call; the OpenAPI document lists them. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface Answers {
  /** The successful ones. */
  int[] value();

  /** Those of problems beside the usual. */
  int[] problems() default {};
}
