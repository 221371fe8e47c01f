-- One row per cell of the plane that holds customers: frequency in steps of a tenth of a decade.
select
    pow(10, floor(10 * log10(greatest(orders_per_month, 0.02))) / 10) as orders_per_month_from,
    pow(10, (floor(10 * log10(greatest(orders_per_month, 0.02))) + 1) / 10) as orders_per_month_to,
    least(floor(dependence * 25), 24) / 25 as dependence_from,
    (least(floor(dependence * 25), 24) + 1) / 25 as dependence_to,
    count(*) as customers
from customer_loyalty
where dependence is not null
group by 1, 2, 3, 4
