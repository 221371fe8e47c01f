"""The dashboard: navigation, sidebar, and the one place that shows errors."""

from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

import ui
from crm_core.language import _
from pages import churn_signals, customer, data, evidence, exits, lifecycle, loyalty_types, overview, rfm, value_tiers
from ui import address, language, places, scenarios, session, sidebar, start, streamlit_seam

ICON = Path(__file__).parent / "static" / "favicon.png"


def main() -> None:
    session.tell_time_by(lambda: datetime.now(UTC))
    streamlit_seam.forget_gone_widgets()
    language.follow_session()
    st.set_page_config(page_title=_("Clientele"), page_icon=str(ICON), layout="wide")
    address.read()
    session.settle_data()
    scenarios.settle_scenario()
    chosen = st.navigation(_pages(), expanded=True)
    with ui.told_on_the_page():
        start.provide_data()
        sidebar.show()
        address.write(chosen.url_path)
        if chosen.url_path != "data":
            start.make_ready()
        chosen.run()


def _lifetime_value() -> None:
    """The page alone needs scipy, which takes as long to load as all the rest."""
    from pages import lifetime_value

    lifetime_value.page()


def _pages() -> dict[str, list[st.Page]]:
    """Every page by section; an address never depends on the language."""
    sections = {
        "": [
            st.Page(
                overview.page, title=_("Overview"), icon=":material/monitoring:", url_path="overview", default=True
            ),
        ],
        _("Value"): [
            st.Page(value_tiers.page, title=_("Value tiers"), icon=":material/change_history:", url_path="value-tiers"),
            st.Page(rfm.page, title=_("RFM"), icon=":material/grid_view:", url_path="rfm"),
            st.Page(
                _lifetime_value,
                title=_("Lifetime value"),
                icon=":material/hourglass_top:",
                url_path="lifetime-value",
            ),
        ],
        _("Loyalty"): [
            st.Page(loyalty_types.page, title=_("Loyalty types"), icon=":material/favorite:", url_path="loyalty-types"),
        ],
        _("Retention"): [
            st.Page(churn_signals.page, title=_("Churn signals"), icon=":material/warning:", url_path="churn-signals"),
            st.Page(evidence.page, title=_("Evidence"), icon=":material/fact_check:", url_path="evidence"),
            st.Page(lifecycle.page, title=_("Lifecycle"), icon=":material/cycle:", url_path="lifecycle"),
            st.Page(exits.page, title=_("Exit and win-back"), icon=":material/logout:", url_path="exit-and-win-back"),
        ],
        _("Customers"): [
            st.Page(customer.page, title=_("Customer"), icon=":material/person:", url_path="customer"),
        ],
        _("Data"): [
            st.Page(data.page, title=_("Data"), icon=":material/database:", url_path="data"),
        ],
    }
    by_name = {page.url_path or "overview": page for pages in sections.values() for page in pages}
    places.register(by_name)
    return sections


main()
