"""What Spark prepared opens in a browser as any other data set, and shows the figures that DuckDB's shows.

The browser has a thread of its own: others of this process may hold one as well.
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import sync_playwright

from crm_core.engine import Database
from crm_core.schema import TABLES
from crm_core.store import CanonicalTable
from crm_core.store.publishing import current_data_set
from tests.browser.chromium import FLAGS, installed_browser
from tests.browser.conftest import visit
from tests.browser.serving import running
from tests.browser.still import new_context
from tests.spark.conftest import Cluster
from tests.spark.test_parity import PROJECT, published

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


def test_value_tiers_on_what_spark_prepared_say_what_they_say_on_duckdbs(
    tmp_path: Path, cluster: Cluster, database: Database
):
    homes = tmp_path / "workspace" / "data_sets"
    (homes / "on-duckdb").mkdir(parents=True)
    found = [table for table in TABLES if (PROJECT / "data" / f"{table}.parquet").exists()]
    tables = [CanonicalTable(table, (PROJECT / "data" / f"{table}.parquet",)) for table in found]
    published(homes / "on-duckdb", tables, database)
    command = f"features --engine spark --remote {cluster.connect} --name Shop --currency CNY"
    folders = ["--input", str(PROJECT / "data"), "--output", str(homes / "on-spark")]
    subprocess.run([sys.executable, "-m", "crm_core", *command.split(), *folders], cwd=PROJECT, check=True)

    pages = [f"/value-tiers?lang=en&data={name}" for name in ("on-duckdb", "on-spark")]
    with running(tmp_path, CLIENTELE_DEMO="off") as server, ThreadPoolExecutor(1) as thread:
        on_duckdb, on_spark = thread.submit(texts_of_pages, server.url, pages).result()

    assert "3,552 customers" in on_duckdb
    assert on_spark == on_duckdb
    assert list((current_data_set(homes / "on-spark").folder / "prepared").iterdir())
    assert not (current_data_set(homes / "on-duckdb").folder / "prepared").exists()
