create table model (
  id uuid primary key,
  name varchar(255) not null unique,
  description varchar(2000) not null,
  created_at timestamp with time zone not null,
  revision bigint not null
);

create table model_version (
  id uuid primary key,
  model_id uuid not null references model (id),
  number integer not null,
  source varchar(4200) not null,
  path varchar(4096) not null,
  format varchar(32) not null,
  architecture varchar(64) not null,
  context_length integer not null,
  size_bytes bigint not null,
  sha256 varchar(64),
  tokenizer_sha256 varchar(64) not null,
  template_sha256 varchar(64),
  licence varchar(255),
  created_at timestamp with time zone not null,
  revision bigint not null,
  unique (model_id, number)
);

create table version_file (
  version_id uuid not null references model_version (id),
  position integer not null,
  name varchar(1024) not null,
  size_bytes bigint not null,
  modified_at timestamp with time zone not null,
  sha256 varchar(64),
  primary key (version_id, position)
);

create table load_profile (
  id uuid primary key,
  model_id uuid not null references model (id),
  name varchar(255) not null,
  settings varchar(65535) not null,
  changed_at timestamp with time zone not null,
  revision bigint not null,
  unique (model_id, name)
);

create table decoding_profile (
  id uuid primary key,
  model_id uuid not null references model (id),
  name varchar(255) not null,
  settings varchar(262144) not null,
  changed_at timestamp with time zone not null,
  revision bigint not null,
  unique (model_id, name)
);

create table alias (
  id uuid primary key,
  name varchar(255) not null unique,
  version_id uuid not null references model_version (id),
  load_profile_id uuid not null references load_profile (id),
  decoding_profile_id uuid not null references decoding_profile (id),
  loading varchar(16) not null,
  pinned boolean not null,
  idle_seconds bigint,
  changed_at timestamp with time zone not null,
  revision bigint not null
);

-- Says what was; the rows it speaks of may be gone.
create table alias_change (
  id uuid primary key,
  alias varchar(255) not null,
  model varchar(255) not null,
  version integer not null,
  load_profile varchar(255) not null,
  decoding_profile varchar(255) not null,
  actor varchar(255) not null,
  reason varchar(2000) not null,
  changed_at timestamp with time zone not null
);

create index alias_change_by_alias on alias_change (alias, id);

-- A running Javelin. One whose lease ran out is gone, and what it was doing was interrupted.
create table node (
  id uuid primary key,
  name varchar(255) not null,
  lease_until timestamp with time zone not null
);

create table instance (
  id uuid primary key,
  node_id uuid not null,
  version_id uuid not null,
  load_profile_id uuid not null,
  model varchar(255) not null,
  version integer not null,
  load_profile varchar(255) not null,
  requested varchar(65535) not null,
  effective varchar(65535),
  state varchar(16) not null,
  reason varchar(4000),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null
);

create index instance_by_state on instance (state, node_id);

create table operation (
  id uuid primary key,
  node_id uuid not null,
  kind varchar(32) not null,
  target varchar(512) not null,
  actor varchar(255) not null,
  state varchar(16) not null,
  stage varchar(64) not null,
  progress double precision not null,
  result varchar(65535),
  problem varchar(65535),
  log varchar(65535) not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  finished_at timestamp with time zone
);

create index operation_by_state on operation (state, node_id);

create table idempotent_call (
  call_key varchar(255) primary key,
  body_sha256 varchar(64) not null,
  status integer,
  headers varchar(8192),
  body varchar(1000000),
  created_at timestamp with time zone not null
);

create table setting (
  setting_key varchar(255) primary key,
  setting_value varchar(4096) not null,
  revision bigint not null
);
