"""A run of an hour is worth finishing: a part that fails is counted and named, and the others run."""

import sys

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import printed
from benchmarks.measure import measured


def test_a_part_that_fails_is_counted_and_the_next_one_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def broken(_sizes: object) -> None:
        raise RuntimeError("no browser here")

    def sound(_sizes: object) -> None:
        printed.heading("Slider", "of quotas")
        printed.at_most(0.1, 0.12, "s")

    monkeypatch.setattr(benchmarks, "PARTS", {"browser": broken, "slider": sound})
    monkeypatch.setattr(printed, "_verdicts", [])

    benchmarks.run_parts(["browser", "slider"], None)  # type: ignore[arg-type]  # no part looks at sizes here

    assert not printed.summary()
    assert "Limits: 1 ok, 1 OVER\n  OVER  browser: failed: no browser here" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count what the parent held")
def test_the_memory_of_a_job_is_its_own_and_not_that_of_what_came_before_it():
    held = bytearray(400_000_000)

    found = measured("import_nothing", rounds=1)

    assert len(held) > 4 * found.peak_bytes > 0
