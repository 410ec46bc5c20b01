package dev.javelin.catalog;

interface LoadProfileRepository extends ProfileRepository<LoadProfileEntity> {}
