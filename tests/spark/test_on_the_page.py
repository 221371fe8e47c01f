"""What Spark prepared opens in a browser as any other data set, and shows the figures that DuckDB's shows.

The browser has a thread of its own: others of this process may hold one as well.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import sync_playwright

from crm_core.prepared import prepared_path
from crm_core.settings import Windows
from tests.browser.chromium import FLAGS, installed_browser
from tests.browser.conftest import visit
from tests.browser.serving import running
from tests.browser.still import new_context
from tests.spark.cdnow_shop import CdnowShop

MAIN = "[data-testid=stMain]"


def texts_of_pages(url: str, paths: list[str]) -> list[str]:
    """What a person reads on each page."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=installed_browser(), args=FLAGS)
        page = new_context(chromium).new_page()
        texts = []
        for path in paths:
            visit(page, url, path)
            page.locator("[data-testid=stPlotlyChart] .main-svg").first.wait_for()
            texts.append(page.locator(MAIN).inner_text())
        chromium.close()
        return texts


def test_value_tiers_on_what_spark_prepared_say_what_they_say_on_duckdbs(tmp_path: Path, cdnow_shop: CdnowShop):
    pages = [f"/value-tiers?lang=en&data={name}" for name in ("on-duckdb", "on-spark")]
    with (
        running(tmp_path, workspace=cdnow_shop.workspace, CLIENTELE_DEMO="off") as server,
        ThreadPoolExecutor(1) as thread,
    ):
        on_duckdb, on_spark = thread.submit(texts_of_pages, server.url, pages).result()

    assert "2,349 customers" in on_duckdb  # eight only ever got something for nothing
    assert on_spark == on_duckdb
    assert prepared_path(cdnow_shop.on_spark, cdnow_shop.on_spark.last_day, Windows()).exists()
    assert not (cdnow_shop.on_duckdb.folder / "prepared").exists()
