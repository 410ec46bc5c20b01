create table model (
  id uuid primary key,
  name varchar(255) not null unique,
  created_at timestamp with time zone not null,
  revision bigint not null
);

create table model_version (
  id uuid primary key,
  model_id uuid not null references model (id),
  number integer not null,
  path varchar(4096) not null,
  format varchar(32) not null,
  architecture varchar(64) not null,
  size_bytes bigint not null,
  sha256 varchar(64) not null,
  created_at timestamp with time zone not null,
  unique (model_id, number)
);

create table decoding_profile (
  id uuid primary key,
  model_id uuid not null unique references model (id),
  temperature real,
  top_k integer,
  top_p real,
  min_p real,
  repetition_penalty real,
  frequency_penalty real,
  presence_penalty real,
  max_tokens integer,
  revision bigint not null
);

create table setting (
  setting_key varchar(255) primary key,
  setting_value varchar(4096) not null,
  revision bigint not null
);
