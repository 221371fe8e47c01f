"""On what, when and with what something was measured: the first lines of a run, to be kept with its figures."""

import os
import platform
import re
from datetime import date
from importlib.metadata import version
from pathlib import Path

import psutil

PACKAGES = ("duckdb", "polars", "pandas", "lifetimes", "streamlit")


def machine() -> str:
    """Two lines: day, processor, cores, memory and how busy it is; then the versions."""
    memory = psutil.virtual_memory().total / 1e9
    load = os.getloadavg()[0]
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{date.today().isoformat()}, {_processor()}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()};"
        f" load {load:.1f}{_warning(load)}\nPython {platform.python_version()}, {versions}"
    )


def _warning(load: float) -> str:
    return ": BUSY, read the CPU column and the ratios alone" if load > 0.5 else ""


def _processor() -> str:
    """The processor's name as Linux tells it, else what Python knows."""
    try:
        found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()
