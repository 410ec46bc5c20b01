@NullMarked
package dev.javelin.config;

import org.jspecify.annotations.NullMarked;
