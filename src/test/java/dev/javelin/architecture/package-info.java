/** The dependency rules, checked on the compiled classes. */
@NullMarked
package dev.javelin.architecture;

import org.jspecify.annotations.NullMarked;
