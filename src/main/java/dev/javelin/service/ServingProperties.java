package dev.javelin.service;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How models are kept and served.
 *
 * @param modelRoots folders from which models may be registered by path; the store is always one
 * @param store where uploads and pulls go; empty: below the data directory
 * @param storeQuota most bytes of the store
 * @param uploadExpiry how long an upload is kept after its last byte
 * @param hubUrl base address of the hub that {@code hf:} names are pulled from
 * @param hubToken sent to the hub alone; empty: none
 * @param hubAllowPrivate whether the hub may be at a private or local address
 * @param hubRetryPause before the second try of a call to the hub; doubled before each further one
 * @param lease how long a node may be silent before its work is written off
 * @param drain how long a retired instance's requests may go on
 * @param memoryReserve of every device, left free
 * @param breakerFailures calls in a row after whose failure an instance is no longer called
 * @param breakerPause until it is probed again
 */
@ConfigurationProperties("javelin.serving")
public record ServingProperties(
    @DefaultValue List<Path> modelRoots,
    @DefaultValue("") String store,
    @DefaultValue("200GB") DataSize storeQuota,
    @DefaultValue("24h") Duration uploadExpiry,
    @DefaultValue("https://huggingface.co") String hubUrl,
    @DefaultValue("") String hubToken,
    @DefaultValue("false") boolean hubAllowPrivate,
    @DefaultValue("500ms") Duration hubRetryPause,
    @DefaultValue("15s") Duration lease,
    @DefaultValue("30s") Duration drain,
    @DefaultValue("64MB") DataSize memoryReserve,
    @DefaultValue("5") int breakerFailures,
    @DefaultValue("10s") Duration breakerPause) {
  public ServingProperties {
    modelRoots = List.copyOf(modelRoots);
  }
}
