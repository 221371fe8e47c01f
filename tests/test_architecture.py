"""Keeps the promises of the tree; each test is one of them."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
CORE = sorted((PROJECT / "crm_core").rglob("*.py"))
PAGES = sorted((PROJECT / "pages").glob("*.py"))
SHARED = sorted((PROJECT / "ui").rglob("*.py"))
MODELS = sorted((PROJECT / "crm_core" / "sql").rglob("*.sql"))
TEXT_ENDINGS = {".py", ".sql", ".md", ".toml", ".txt", ".yml", ".yaml", ".po", ".json", ".svg", ""}

# The engine's own door, and the worker that runs a person's SQL in a process apart.
OPENS_DUCKDB = {"crm_core/engine/database.py", "crm_core/engine/sandbox.py"}
# What a person starts: the dashboard, its server, and the commands of the shell, whose clock is the caller's.
READS_THE_CLOCK = {"app.py", "server.py"} | {
    path.relative_to(PROJECT).as_posix() for path in (PROJECT / "crm_core" / "commands").glob("*.py")
}

CLOCKS = {
    ("date", "today"),
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
    ("Timestamp", "now"),
    ("Timestamp", "today"),
    ("time", "time"),
    ("time", "localtime"),
    ("time", "gmtime"),
}
SQL_CLOCK = re.compile(
    r"\b(current_date|current_timestamp|current_time|localtimestamp|today\s*\(|now\s*\(|get_current_timestamp|transaction_timestamp)",
    re.IGNORECASE,
)
GRAIN = re.compile(
    r"--\s*(One|Two|Three|Four|Up to|At most|At least|As many|No|The one)\b[^\n]*\brows?\b", re.IGNORECASE
)
MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(?:home|Users|root|tmp|work|var/folders|mnt)/\w|\b[A-Z]:\\\\?Users\b")


def place(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def imported(tree: ast.AST) -> Iterator[str]:
    """The first names of all modules imported anywhere in a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module.split(".")[0]


def dotted_calls(tree: ast.AST) -> Iterator[tuple[str, str, int]]:
    """Calls like `duckdb.connect(...)`: the last two names and the line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
            yield name, node.func.attr, node.lineno


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def without_comments(sql: str) -> str:
    return re.sub(r"--[^\n]*", "", sql)


@pytest.mark.parametrize("path", CORE, ids=place)
def test_the_core_knows_no_streamlit_and_no_page(path: Path):
    assert set(imported(parsed(path))).isdisjoint({"streamlit", "ui", "pages", "app", "server"})


def test_scipy_is_loaded_by_lifetime_value_alone_and_elsewhere_only_when_asked_to_learn():
    """It takes longer to load than the rest of the core together."""
    users = {place(path) for path in CORE if "scipy" in set(imported(parsed(path)))}
    at_once = {place(path) for path in CORE if "scipy" in set(imported(without_functions(parsed(path))))}

    assert users
    assert {user for user in users if not user.startswith("crm_core/lifetime/")} == {"crm_core/evidence/learned.py"}
    assert {user for user in at_once if not user.startswith("crm_core/lifetime/")} == set()


HEAVY = {
    "duckdb", "numpy", "pandas", "plotly", "polars", "pyarrow", "pydantic", "pymysql", "pyspark", "python_calamine",
    "scipy", "scipy.stats", "sqlglot", "streamlit",
}  # fmt: skip
ALL_PAGES = """
import importlib, pkgutil
for page in pkgutil.iter_modules(["pages"]): importlib.import_module(f"pages.{page.name}")
"""


@pytest.mark.parametrize(
    ("script", "loaded"),
    [
        ("import crm_core", set()),
        ("import crm_core.book, crm_core.overview", {"duckdb", "numpy", "pyarrow", "pydantic"}),
        ("import crm_core.ingest, crm_core.store", {"duckdb", "numpy", "pyarrow", "pydantic"}),
        ("import crm_core.__main__", set()),
        # what the server loads before the first reader comes: no statistics, no workbooks, no databases, no pandas
        (ALL_PAGES, {"duckdb", "numpy", "plotly", "pyarrow", "pydantic", "scipy", "streamlit"}),
    ],
    ids=["the package", "a book", "ingest and store", "the commands", "all pages"],
)  # fmt: skip
def test_only_what_is_used_is_loaded(script: str, loaded: set[str]):
    script = f"import sys\n{script}\nprint(*(name for name in {sorted(HEAVY)} if name in sys.modules))"

    run = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr
    assert set(run.stdout.split()) == loaded


def without_functions(tree: ast.Module) -> ast.Module:
    """What a module does when it is imported."""
    return ast.Module([node for node in tree.body if not isinstance(node, ast.FunctionDef)], [])


def test_the_core_works_where_streamlit_is_not_installed():
    modules = [place(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in CORE]
    modules = [module for module in modules if not module.endswith("__main__")]
    script = (
        "import importlib, sys; sys.modules['streamlit'] = None\n"
        f"for module in {modules!r}: importlib.import_module(module)"
    )

    run = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr


def test_one_place_opens_duckdb():
    opened = {
        place(path)
        for path in [*CORE, *PAGES, *SHARED, *PROJECT.glob("*.py")]
        for owner, call, _line in dotted_calls(parsed(path))
        if (owner, call) == ("duckdb", "connect")
    }

    assert opened <= OPENS_DUCKDB


def test_nobody_shares_duckdbs_default_connection():
    """`duckdb.sql(...)` and its like run on one connection that all threads share: silently wrong answers."""
    shared = [
        f"{place(path)}:{line} duckdb.{call}"
        for path in [*CORE, *PAGES, *SHARED, *PROJECT.glob("*.py")]
        for owner, call, line in dotted_calls(parsed(path))
        if owner == "duckdb"
        and call in {"sql", "query", "execute", "read_csv", "read_parquet", "from_df", "from_arrow"}
    ]

    assert shared == []


def test_every_part_that_runs_again_by_itself_tells_what_went_wrong_in_a_sentence():
    """`st.fragment` shows a remark of its own instead; `ui.fragment` does not."""
    bare = [
        place(path)
        for path in [*PAGES, *SHARED, *PROJECT.glob("*.py")]
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "st.fragment"
    ]

    assert bare == ["ui/frame.py"]


def test_the_clock_is_read_only_at_the_top():
    read = [
        f"{place(path)}:{line} {owner}.{call}()"
        for path in [*CORE, *PAGES, *SHARED, *PROJECT.glob("*.py")]
        if place(path) not in READS_THE_CLOCK
        for owner, call, line in dotted_calls(parsed(path))
        if (owner, call) in CLOCKS
    ]

    assert read == []


@pytest.mark.parametrize("path", MODELS, ids=place)
def test_a_model_opens_with_its_grain(path: Path):
    opening = path.read_text(encoding="utf-8").splitlines()[0]

    assert GRAIN.match(opening), f'{place(path)} opens with "{opening}", not with "-- One row per ..."'


@pytest.mark.parametrize("path", [*MODELS, *sorted((PROJECT / "crm_core").rglob("macros.sql"))], ids=place)
def test_a_model_never_reads_the_clock(path: Path):
    assert SQL_CLOCK.findall(without_comments(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", PAGES, ids=place)
def test_a_page_defines_page_and_does_nothing_when_run(path: Path):
    body = parsed(path).body
    functions = {node.name for node in body if isinstance(node, ast.FunctionDef)}
    harmless = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
    acts = [node.lineno for node in body if not isinstance(node, harmless) and not is_docstring(node)]
    acts += [node.lineno for node in body if isinstance(node, ast.Assign | ast.AnnAssign) and draws(node)]

    assert path.name == "__init__.py" or "page" in functions
    assert acts == []


def is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def draws(node: ast.stmt) -> bool:
    return any(owner in {"st", "streamlit"} for owner, _call, _line in dotted_calls(node))


def test_no_file_names_a_place_on_one_machine():
    named = [
        f"{place(path)}:{number} {line.strip()[:80]}"
        for path in our_texts()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]

    assert named == []


def our_texts() -> Iterator[Path]:
    """Every text file of the project, but not what was built, installed or loaded beside it."""
    tops = [top for top in PROJECT.iterdir() if not top.name.startswith(".") and top.name not in {"build", "workspace"}]
    for top in [*tops, PROJECT / ".streamlit", PROJECT / ".ci"]:
        for path in [top] if top.is_file() else top.rglob("*"):
            if path.is_file() and path.suffix in TEXT_ENDINGS and path != Path(__file__):
                yield path


def test_decisions_are_numbered_one_after_the_other_and_say_their_number():
    pages = sorted((PROJECT / "docs" / "decisions").glob("*.md"))
    titles = [page.read_text(encoding="utf-8").split(maxsplit=2)[1] for page in pages]

    assert titles == [page.name[:4] for page in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]


def test_every_page_of_the_documents_that_is_named_is_there():
    named = {
        (page, found)
        for path in our_texts()
        if path.suffix in {".md", ".py", ".sql"}
        for page, found in named_pages(path)
    }

    assert named
    assert {page for page, found in named if not found.is_file()} == set()


def named_pages(path: Path) -> Iterator[tuple[str, Path]]:
    """What a file links to, or names below docs/, with where that would lie."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        yield from ((link, path.parent / link) for link in re.findall(r"\]\(([\w./-]+\.\w+)", text))
    yield from ((page, PROJECT / page) for page in re.findall(r"\bdocs/[\w/-]+\.md", text))


def test_the_rules_above_catch_what_they_forbid():
    """Each pattern against one thing it must find and one it must let pass."""
    assert GRAIN.match("-- One row per customer: the value score.")
    assert not GRAIN.match("-- The value score.")
    assert SQL_CLOCK.search("where day < current_date")
    assert not SQL_CLOCK.search("select known from customer_features")
    assert MACHINE_PATH.search('open("/home/ann/orders.csv")')
    assert not MACHINE_PATH.search("https://example.com/home/page and build/work/x")
    assert list(imported(ast.parse("def f():\n    from streamlit.web import cli"))) == ["streamlit"]
    assert ("date", "today", 1) in list(dotted_calls(ast.parse("datetime.date.today()")))
