"""From a file to a decision, in a real browser: upload, mapping, check, tiers, loyalty, churn."""

import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import lifetimes
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage, visit
from tests.browser.serving import Server, running
from tests.browser.still import wait_until_still, write_into

CDNOW = Path(lifetimes.__file__).parent / "datasets" / "CDNOW_sample.txt"
SUBJECTS = ("value-tiers", "loyalty-types", "churn-signals", "overview")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, published_demo: Path) -> Iterator[Server]:
    """A server of their own for these tests: what they publish everybody sees."""
    with running(tmp_path_factory.mktemp("data"), workspace=published_demo) as server:
        yield server


def drop(page: Page, path: Path) -> None:
    if page.locator(".st-key-data-view").count():
        page.locator(".st-key-data-view button").nth(1).click()
        wait_until_still(page)
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(path)
    page.locator(".st-key-check button").first.wait_for()
    wait_until_still(page)


def choose(page: Page, column: str, header: str) -> None:
    """Say which header stands for one of our columns."""
    box = page.locator(f"[class*=st-key-map-][class*=-{column}]").get_by_role("combobox")
    box.click()
    box.fill(header)
    box.press("Enter")
    expect(box).to_have_value(header)
    wait_until_still(page)


def check(page: Page) -> str:
    """Press Check; what the page then says."""
    page.locator(".st-key-check button:not([disabled])").first.click()
    page.locator(".st-key-for-me button").first.wait_for()
    wait_until_still(page)
    return page.locator(".st-key-results").inner_text()


def keep(page: Page, how: str) -> None:
    page.locator(f".st-key-for-{how} button").first.click()
    page.locator(".st-key-just-loaded").wait_for()
    wait_until_still(page)


def follow(page: Page, subject: str) -> None:
    """Go to a page by the sidebar, as a reader does."""
    page.locator(f"[data-testid=stSidebarNav] a[href*='/{subject if subject != 'overview' else ''}']").first.click()
    expect(page).to_have_url(re.compile(f"/{subject}" if subject != "overview" else r":\d+/(\?.*)?$"))
    wait_until_still(page)


def data_set(page: Page) -> Locator:
    """The choice of the data set, first in the sidebar."""
    return page.get_by_test_id("stSidebar").get_by_role("combobox").first


@pytest.fixture
def chinese_file(tmp_path: Path) -> Path:
    """Forty customers' orders of a year with Chinese headers, as a Chinese office writes them: in GBK."""
    first = date(2025, 7, 1)
    lines = ["订单编号,客户编号,下单日期,商品类别,实付金额"]
    for customer in range(40):
        for order in range(3 + customer % 9):
            day = first + timedelta(days=(customer * 7 + order * 29) % 365)
            amount = 100 + 10 * customer + order
            lines.append(f"D{customer:02}{order},{customer:03},{day:%Y年%m月%d日},茶叶,￥{amount:,}.50")
    path = tmp_path / "订单.csv"
    path.write_bytes("\r\n".join(lines).encode("gbk"))
    return path


def test_cdnow_goes_from_upload_to_tiers_loyalty_and_churn(open_page: OpenPage, page: Page):
    open_page("/data", language="en")
    drop(page, CDNOW)
    expect(page.get_by_text("The headers say nothing, so the columns were told by what they hold")).to_be_visible()
    choose(page, "customer_id", "column 2")

    said = check(page)

    assert "6,919 rows in = 6,919 kept + 0 set aside" in said
    assert "1997-01-01 to 1998-06-30" in said

    keep(page, "me")

    assert "2,357 customers, 6,696 orders" in page.locator(".st-key-just-loaded").inner_text()
    for subject in SUBJECTS:
        follow(page, subject)
        assert page.get_by_test_id("stException").count() == 0, subject
        page.get_by_test_id("stPlotlyChart").first.wait_for()
        expect(data_set(page)).to_have_value("CDNOW_sample (only me)")


def test_a_chinese_file_maps_itself_and_is_there_for_everybody_once_published(
    open_page: OpenPage, page: Page, another_reader: Page, server: Server, chinese_file: Path
):
    open_page("/data", language="zh_Hans")
    drop(page, chinese_file)

    said = check(page)

    assert "270" in said
    assert "2025-07-01" in said

    keep(page, "all")
    visit(another_reader, server.url, "/value-tiers", language="zh_Hans")

    expect(data_set(another_reader)).to_have_value("订单")
    assert another_reader.get_by_test_id("stException").count() == 0


def test_a_zip_with_two_tables_loads_both_in_one_go(
    open_page: OpenPage, page: Page, tmp_path: Path, chinese_file: Path
):
    people = ["客户编号,客户名称,城市", *(f"{number:03},客户{number},深圳" for number in range(40))]
    path = tmp_path / "年度.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.write(chinese_file, "数据/订单.csv")
        packed.writestr("数据/客户.csv", "\n".join(people))
        packed.writestr("__MACOSX/._客户.csv", "x")
    open_page("/data", language="en")
    drop(page, path)

    expect(page.get_by_role("tab")).to_have_text(["订单.csv", "客户.csv"])
    expect(page.get_by_text("1 hidden file was left out")).to_be_visible()

    said = check(page)

    assert "客户.csv: 40 rows in = 40 kept + 0 set aside" in said

    keep(page, "me")

    assert "40 customers" in page.locator(".st-key-just-loaded").inner_text()


def test_what_is_only_for_me_nobody_else_sees(
    open_page: OpenPage, page: Page, another_reader: Page, server: Server, tmp_path: Path
):
    path = tmp_path / "secret.csv"
    path.write_text("Customer,Date,Amount\nann,2026-05-01,10\nbob,2026-05-02,20\n")
    open_page("/data", language="en")
    drop(page, path)
    check(page)
    keep(page, "me")
    visit(another_reader, server.url, "/data", language="en")

    expect(data_set(page)).to_have_value("secret (only me)")
    data_set(another_reader).click()
    expect(another_reader.get_by_role("option").filter(has_text="Lanmere Wholesale")).to_be_visible()
    assert another_reader.get_by_role("option").filter(has_text="secret").count() == 0


def test_a_row_set_aside_is_put_right_in_place_and_loaded_again(open_page: OpenPage, page: Page, tmp_path: Path):
    path = tmp_path / "gap.csv"
    path.write_text("Customer,Date,Amount\nann,2026-05-01,10\nbob,2026-05-02,20\n,2026-05-03,30\n")
    open_page("/data", language="en")
    drop(page, path)
    check(page)
    keep(page, "me")
    page.get_by_role("tab", name="Set aside").click()
    editor = page.locator("[class*=st-key-put-right]").get_by_test_id("stDataFrame")
    write_into(page, editor, row=0, column=1, x=350, text="eve")
    page.locator(".st-key-load-changed-rows button:not([disabled])").click()

    expect(page.get_by_text("1 row is loaded now.")).to_be_visible()
    expect(page.get_by_text("gap.csv: 3 rows in = 2 kept + 0 set aside + 1 put right")).to_be_visible()
