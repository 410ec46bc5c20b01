-- Files of the store whose version is gone: to be deleted, unless another version uses them.
create table file_removal (
  id uuid primary key,
  path varchar(5200) not null,
  since timestamp with time zone not null
);

-- The number of the newest version there ever was: a number is not given twice, also after a version is deleted.
alter table model add column last_version integer default 0 not null;
update model set last_version = coalesce((select max(v.number) from model_version v where v.model_id = model.id), 0);
