"""What was planned for the files of a session and what the check of it found, until either changes."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from crm_core.ingest import LoadedTable, Mapping, ReadingOptions, Repeats
from crm_core.store import DataSet
from ui import streamlit_seam, uploads

CHECKED = "checked files"
ASKED, PROBLEM, UNDER_WAY = "check asked for", "why the check failed", "check under way"
LEAVE_OUT = "leave out orders held already"


@dataclass(frozen=True)
class Plan:
    """How files are going to be loaded; two are equal if the same would come out."""

    number: int
    options: ReadingOptions
    mapping: Mapping


@dataclass(frozen=True)
class Checked:
    """What became of the files of some plans: kept, set aside and why, before anybody sees it.

    `repeats` are rows and order numbers that two files share.
    """

    plans: tuple[Plan, ...]
    loads: tuple[LoadedTable, ...]
    repeats: tuple[Repeats, ...] = ()


def ask_for_check(plans: Sequence[Plan], upon: DataSet | None) -> None:
    """Have the next run of the page check the files as planned, to be added to the data set `upon` if there is one."""
    st.session_state[ASKED] = (tuple(plans), upon)


def asked_check() -> tuple[tuple[Plan, ...], DataSet | None] | None:
    """The plans to check in this run and what they are added to, said once; None if nobody asked."""
    asked: tuple[tuple[Plan, ...], DataSet | None] | None = st.session_state.pop(ASKED, None)
    return asked


def checked(plans: Sequence[Plan]) -> Checked | None:
    """What became of the files, if they were checked with exactly these plans."""
    found: Checked | None = st.session_state.get(CHECKED)
    return found if found and found.plans == tuple(plans) else None


def check_problem() -> str | None:
    """Why the latest check came to nothing; None if it did not."""
    problem: str | None = st.session_state.get(PROBLEM)
    return problem


def was_stopped() -> bool:
    """Whether the latest check was stopped before it came to anything.

    What stops it is another run of the page, and from then on the stopped run cannot tell the session anything.
    """
    return bool(st.session_state.get(UNDER_WAY))


def forget_check() -> None:
    """Take back what the check found, and remove what it wrote."""
    for key in (CHECKED, PROBLEM, UNDER_WAY):
        st.session_state.pop(key, None)
    shutil.rmtree(loads_folder(), ignore_errors=True)


def leaves_out() -> bool:
    """Whether orders held already, by an earlier file or by the data set added to, are to be left out."""
    return bool(st.session_state.get(LEAVE_OUT))


def leave_out(is_on: bool) -> None:
    """Leave orders held already out from the next check on, or not."""
    st.session_state[LEAVE_OUT] = is_on
    forget_check()


def loads_folder() -> Path:
    """Where checks write what they load, each in a folder of its own: in the session's folder of uploads."""
    return uploads.session_folder(streamlit_seam.current_session()) / "loads"
