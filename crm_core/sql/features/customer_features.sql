-- One row per customer who bought by $as_of: every fact the rules stand on, as of that day.
--
-- A fact whose data is absent is null, never zero. Margin is amount less cost where the cost is
-- known and $default_margin_rate of the amount elsewhere (a decimal too, so that half a
-- ten-thousandth is rounded alike on all engines); margin_assumed_share says how much of the
-- revenue that was. Growth compares revenue a day: earlier_days are those of the window before on
-- which somebody was a customer already, so that a first year cut short does not look like growth.
with

facts as (
    select
        customer_orders.*,
        customers.customer_id,
        customers.wallet,
        customers.region,
        cast(coalesce(customer_orders.revenue, 0) as decimal(18, 4)) as revenue_net,
        cast(coalesce(customer_orders.costed_amount, 0) as decimal(18, 4)) as costed,
        ratio(customer_orders.gap_sum, customer_orders.gap_count) as mean_gap,
        days_between(customer_orders.first_order_on, $as_of) as tenure_days,
        least(
            $lookback_days, days_between(customer_orders.first_order_on, $as_of) - $lookback_days + 1
        ) as earlier_days
    from customer_orders
    inner join customers using (customer_key)
)

select
    facts.customer_key,
    facts.customer_id,

    facts.first_order_on,
    facts.last_order_on,
    facts.lifetime_order_count,
    cast(coalesce(facts.lifetime_revenue, 0) as decimal(18, 4)) as lifetime_revenue,
    days_between(facts.last_order_on, $as_of) as days_since_last_order,
    facts.tenure_days,

    facts.order_count,
    facts.revenue_net as revenue,
    cast(
        facts.costed
        - coalesce(facts.cost, 0)
        + cast(cast($default_margin_rate as decimal(18, 4)) * (facts.revenue_net - facts.costed) as decimal(18, 4))
        as decimal(18, 4)
    ) as margin,
    case
        when facts.revenue_net = 0 then 0
        else least(1, round(abs(ratio(facts.revenue_net - facts.costed, facts.revenue_net)), 6))
    end as margin_assumed_share,
    round(
        ratio(
            facts.costed - coalesce(facts.cost, 0) + $default_margin_rate * (facts.revenue_net - facts.costed),
            facts.revenue_net
        ),
        9
    ) as margin_rate,
    ratio(facts.purchase_amount, facts.order_count) as average_order_value,
    ratio(
        facts.order_count, greatest(1, ratio(least(facts.tenure_days, $lookback_days), 30.4375))
    ) as orders_per_month,

    facts.gap_count,
    facts.mean_gap as mean_gap_days,
    facts.median_gap_days,
    facts.longest_gap_days,
    case when facts.gap_count > 1 then
        round(
            ratio(
                sqrt(
                    greatest(
                        0,
                        ratio(
                            facts.gap_count * facts.gap_square_sum - facts.gap_sum * facts.gap_sum,
                            facts.gap_count * (facts.gap_count - 1)
                        )
                    )
                ),
                facts.mean_gap
            ),
            9
        )
    end as gap_variation,

    case when facts.earlier_days >= $window_days then
        round(
            ratio(
                facts.revenue_net * facts.earlier_days,
                nullif(greatest(facts.revenue_year_before, 0), 0) * $lookback_days
            ) - 1,
            9
        )
    end as growth,
    cast(coalesce(facts.revenue_year_before, 0) as decimal(18, 4)) as revenue_year_before,
    facts.order_count_year_before,

    cast(coalesce(facts.revenue_window, 0) as decimal(18, 4)) as revenue_window,
    cast(coalesce(facts.revenue_earlier_window, 0) as decimal(18, 4)) as revenue_earlier_window,
    cast(facts.revenue_season_window as decimal(18, 4)) as revenue_season_window,
    facts.order_count_window,
    facts.order_count_earlier_window,

    customer_categories.category_count,
    customer_categories.category_count_window,
    customer_categories.category_count_earlier_window,

    round(1 - ratio(facts.discount, facts.discount + facts.discounted_amount), 9) as full_price_share,
    round(
        ratio(facts.discount_window, facts.discount_window + facts.discounted_amount_window), 9
    ) as discount_share_window,
    round(
        ratio(
            facts.discount_earlier_window,
            facts.discount_earlier_window + facts.discounted_amount_earlier_window
        ),
        9
    ) as discount_share_earlier_window,

    round(ratio(facts.return_amount, facts.purchase_amount), 9) as return_share,
    round(ratio(facts.return_amount_window, facts.purchase_amount_window), 9) as return_share_window,
    round(
        ratio(facts.return_amount_earlier_window, facts.purchase_amount_earlier_window), 9
    ) as return_share_earlier_window,

    round(ratio(facts.revenue_net * $year_days, facts.wallet * $lookback_days), 9) as wallet_share,
    round(ratio(facts.on_time_count, facts.promised_count), 9) as on_time_share,
    case when $has_payments then customer_payments.median_days_late end as median_days_late,
    case when $has_payments then
        cast(coalesce(customer_payments.overdue_balance, 0) as decimal(18, 4))
    end as overdue_balance,
    case when $has_archive then round(customer_archive.archive_completeness, 9) end as archive_completeness,
    round(customer_archive.reference_value, 9) as reference_value,
    round(1 - region_revenue.revenue_share, 9) as market_newness
from facts
left join customer_categories using (customer_key)
left join customer_payments using (customer_key)
left join customer_archive using (customer_key)
left join region_revenue on facts.region = region_revenue.region
