package dev.javelin.catalog;

interface DecodingProfileRepository extends ProfileRepository<DecodingProfileEntity> {}
