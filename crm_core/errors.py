"""What can go wrong in a way a person can put right.

    CrmError                what the reader sees as a sentence, never as a traceback
        InputError          a file, a table or a column that cannot be used as it is
        SettingsError       settings that contradict each other
        NotEnoughData       the data set is sound but too small, too short or lacks a column
        NotEnoughMemory     the database may not take what this much data needs
        StoreError          a data set or scenario that is not there, or cannot be written

Anything else is a bug and crashes loudly. Messages are written in the language spoken when the
error is raised; each says what happened, where, and what to do.
"""

from collections.abc import Sequence

from crm_core import formats
from crm_core.language import _


class CrmError(Exception):
    """Base of every error whose text a person may read."""


class InputError(CrmError):
    """A file, a table or a column that cannot be used as it is."""

    @classmethod
    def missing_columns(cls, missing: Sequence[str], found: Sequence[str]) -> "InputError":
        """The error of a file that lacks required columns, with the headers it has."""
        return cls(
            _("No column for {missing}. The file has: {found}. Choose one, or add it to the file.").format(
                missing=formats.listed(missing), found=formats.listed(found)
            )
        )


class SettingsError(CrmError):
    """Settings that contradict each other."""


class NotEnoughData(CrmError):
    """The data set is sound but too small, too short or lacks a column for this question."""


class NotEnoughMemory(CrmError):
    """The database may not take what this much data needs, neither in memory nor on the disk it spills to."""

    @classmethod
    def for_this(cls) -> "NotEnoughMemory":
        """The error with what a person can do about it."""
        return cls(
            _("There is not enough memory for this much data. Allow more with CLIENTELE_MEMORY, or load less at once.")
        )


class StoreError(CrmError):
    """A data set or scenario that is not there, or cannot be written."""
