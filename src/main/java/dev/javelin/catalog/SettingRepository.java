package dev.javelin.catalog;

import org.springframework.data.jpa.repository.JpaRepository;

interface SettingRepository extends JpaRepository<SettingEntity, String> {}
