-- What a live operation has to itself among all servers, as "swap chat"; given back at its end.
alter table operation add column claim varchar(512);
create unique index operation_claim on operation (claim);

-- What it was asked for, where it is to go on after a restart.
alter table operation add column input varchar(4096);
