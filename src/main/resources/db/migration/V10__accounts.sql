create table account (
  id uuid primary key,
  name varchar(64) not null unique,
  role varchar(16) not null,
  password_hash varchar(255) not null,
  must_change_password boolean not null,
  created_at timestamp with time zone not null,
  revision bigint not null
);

create table api_key (
  id uuid primary key,
  key_id varchar(16) not null unique,
  name varchar(255) not null,
  owner varchar(64) not null,
  tenant varchar(64) not null,
  role varchar(16),
  aliases varchar(4096) not null,
  sha256 varchar(64) not null,
  requests_per_minute bigint,
  tokens_per_minute bigint,
  tokens_per_day bigint,
  concurrent_requests bigint,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  revision bigint not null
);

create table tenant_quota (
  tenant varchar(64) primary key,
  requests_per_minute bigint,
  tokens_per_minute bigint,
  tokens_per_day bigint,
  concurrent_requests bigint,
  revision bigint not null
);
