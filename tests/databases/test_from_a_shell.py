"""Rows of a real PostgreSQL, loaded from a shell: what arrives adds up with what the server says."""

from decimal import Decimal
from pathlib import Path

import pytest

from crm_core.__main__ import main
from crm_core.engine.database import shared_database
from crm_core.store import Workspace
from tests.databases.conftest import READERS_PASSWORD, Shop


def test_a_table_of_postgresql_becomes_a_data_set_that_adds_up_and_holds_no_password(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(
        "[connections.shop]\n"
        'dialect = "postgresql"\nhost = "127.0.0.1"\ndatabase = "postgres"\nusername = "reader"\n'
        f'port = {shop.server.port}\npassword = "{READERS_PASSWORD}"\n',
        encoding="utf-8",
    )
    database = ["--connection", "shop", "--secrets", str(secrets)]

    assert main(["inspect", *database]) == 0
    assert "shop.orders" in capsys.readouterr().out.splitlines()
    assert main(["load", *database, "--from-table", "shop.orders", "--workspace", "ws", "--as-of", "2026-12-31"]) == 0

    data = Workspace(Path("ws"), shared_database()).open("orders")
    kept = shared_database().rows(f"select count(*), sum(amount) from ({data.relation('order_lines')})")
    assert kept == [
        (
            shop.server.value("select count(amount) from shop.orders"),
            Decimal(shop.server.value("select sum(amount)::text from shop.orders")),
        )
    ]
    assert data.sources[0].origin == {"connection": "shop", "table": '"shop"."orders"', "query": ""}
    assert READERS_PASSWORD not in (data.folder / "manifest.json").read_text() + capsys.readouterr().out
