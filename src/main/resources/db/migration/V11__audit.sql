-- Rows are only ever added. Each holds the digest of the one before; audit_head holds the last one's, so that missing last rows are noticed too.
create table audit_entry (
  position bigint primary key,
  at timestamp(6) with time zone not null,
  actor varchar(160) not null,
  action varchar(160) not null,
  target varchar(1024) not null,
  before_state text,
  after_state text,
  request_id varchar(64) not null,
  previous varchar(64) not null,
  digest varchar(64) not null
);

create table audit_head (
  id integer primary key,
  position bigint not null,
  digest varchar(64) not null
);

insert into audit_head (id, position, digest)
values (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

alter table api_key alter column owner set data type varchar(160);
alter table api_key alter column tenant set data type varchar(160);
alter table tenant_quota alter column tenant set data type varchar(160);
