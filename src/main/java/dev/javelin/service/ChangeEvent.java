package dev.javelin.service;

import org.jspecify.annotations.Nullable;

/**
 * Something a page or a client may want to show.
 *
 * @param id grows; unique in this process
 * @param type {@code operation}, {@code instance}, {@code alias}, {@code model} …
 * @param key of the thing that changed
 * @param data the thing as the API shows it; null when it is gone
 */
public record ChangeEvent(String id, String type, String key, @Nullable Object data) {}
