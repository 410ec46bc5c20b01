-- How serving went, a row for every five minutes of every server; what is older than thirty days goes.
create table serving_point (
  node_id uuid not null,
  begins_at timestamp with time zone not null,
  figures varchar(8192) not null,
  primary key (node_id, begins_at)
);

create index serving_point_by_age on serving_point (begins_at);
