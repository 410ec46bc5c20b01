package dev.javelin.catalog.account;

/**
 * @param revision grows with every change
 */
public record TenantQuota(String tenant, Limits limits, long revision) {}
