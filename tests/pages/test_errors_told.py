"""What a person can put right is a sentence on the page, also where a part of it runs again by itself."""

import pytest

import ui
from crm_core.book import Book
from crm_core.errors import NotEnoughMemory
from tests.pages.conftest import OpenApp

RUN_AGAIN_BY_THEMSELVES = (
    "value-tiers",
    "rfm",
    "lifetime-value",
    "loyalty-types",
    "churn-signals",
    "evidence",
    "lifecycle",
    "exit-and-win-back",
)


def fail(*_arguments: object, **_named: object) -> None:
    raise NotEnoughMemory.for_this()


@pytest.mark.parametrize("page", RUN_AGAIN_BY_THEMSELVES)
def test_too_little_memory_is_told_in_a_sentence_in_its_place(
    page: str, demo_workspace, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ui, "book_in_step", fail)

    at = open_app(page)

    assert not at.exception
    assert [error.value for error in at.error] == [str(NotEnoughMemory.for_this())]
    assert at.title, "the page's head stays"


def test_a_bug_is_not_told_as_something_a_person_can_put_right(
    demo_workspace, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
):
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ui, "book_in_step", broken)

    at = open_app("value-tiers")

    assert at.exception
    assert not at.error


def test_looking_back_without_the_memory_for_it_leaves_the_rest_of_the_page(
    demo_workspace, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Book, "back_test", fail)

    at = open_app("churn-signals")

    assert not at.exception
    assert not at.error
    assert any("CLIENTELE" in caption.value for caption in at.caption)
    assert at.dataframe
