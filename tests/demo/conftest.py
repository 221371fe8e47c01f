import pyarrow as pa
import pytest

from crm_core.demo import demo_tables


@pytest.fixture(scope="session")
def tables() -> dict[str, pa.Table]:
    return demo_tables()
