"""How measurements and limits are printed, and which limits were not kept."""

from benchmarks.measure import Measured

_verdicts: list[tuple[bool, str]] = []
_place: list[str] = [""]


def heading(title: str, ratio: str) -> None:
    """Begin a table; `ratio` says what the last column compares with."""
    _place[0] = title
    columns = f"{'wall s':>9}{'cpu s':>9}{'peak MB':>9}{'disk MB':>9}{ratio:>18}"
    print(f"\n{title}\n{'':34}{columns}", flush=True)


def row(name: str, found: Measured, against: Measured | None = None) -> Measured:
    """Print one measurement, as a ratio to another where there is one: wall (cpu)."""
    ratio = ""
    if against:
        cpu = found.cpu_seconds / against.cpu_seconds if against.cpu_seconds else 0
        ratio = f"{found.wall_seconds / against.wall_seconds:.2f} ({cpu:.2f})"
    figures = f"{found.wall_seconds:>9.3f}{found.cpu_seconds:>9.3f}{found.peak_bytes / 1e6:>9.0f}"
    print(f"  {name:32}{figures}{found.spilled_bytes / 1e6:>9.0f}{ratio:>18}", flush=True)
    return found


def at_most(value: float, limit: float, unit: str) -> None:
    """Hold a figure to its limit."""
    _judge(value <= limit, f"{value:.3g} of at most {limit:g} {unit}")


def at_least(value: float, limit: float, unit: str) -> None:
    """Hold a figure to the least it must be."""
    _judge(value >= limit, f"{value:.3g} of at least {limit:g} {unit}")


def failed(part: str, error: Exception) -> None:
    """Count a part that could not be measured as a limit that was not kept."""
    _place[0] = part
    _judge(False, f"failed: {error}")


def told(title: str) -> None:
    """Name the table that follows, for a part that prints columns of its own."""
    _place[0] = title
    print(f"\n{title}", flush=True)


def summary() -> bool:
    """Print how many limits were kept and each that was not; whether all were."""
    over = [line for is_kept, line in _verdicts if not is_kept]
    print(f"\nLimits: {len(_verdicts) - len(over)} ok, {len(over)} OVER", flush=True)
    for line in over:
        print(f"  OVER  {line}")
    return not over


def _judge(is_kept: bool, said: str) -> None:
    _verdicts.append((is_kept, f"{_place[0]}: {said}"))
    print(f"  {'':32}{'ok' if is_kept else 'OVER'}: {said}", flush=True)
