/** Settings, wiring and what a failed start tells the person who ran it. */
@NullMarked
package dev.javelin.config;

import org.jspecify.annotations.NullMarked;
