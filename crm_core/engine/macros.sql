-- The seam between engines: what DuckDB and Spark define differently goes through these four,
-- and through nothing else. docs/decisions/0002-portable-subset.md gives the Spark side.
create or replace macro days_between(a, b) as date_diff('day', cast(a as date), cast(b as date));

create or replace macro ratio(a, b) as cast(a as double) / nullif(cast(b as double), 0);

create or replace macro mean(x) as avg(cast(x as double));

create or replace macro quantile(x, q) as quantile_cont(cast(x as double), q);
