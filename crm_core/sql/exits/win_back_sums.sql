-- One row per verdict on lost customers (null: worth an attempt): customers, value of a year before, regain profit.
select
    let_go,
    count(*) as customers,
    sum(value_before) as value_before,
    sum(chance) as expected_returns,
    sum(regain_profit) as regain_profit
from win_back_customers
group by let_go
