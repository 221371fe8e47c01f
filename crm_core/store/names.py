"""Names a person types, as names of files and folders that are safe everywhere."""

import hashlib
import re
import unicodedata

LONGEST_SLUG = 48  # characters; 4 bytes each still fit the 255 bytes a file name may have
KEY = re.compile(r"[A-Za-z0-9_-]{1,128}")


def slug_of(name: str) -> str:
    """`name` in lower-case letters and digits of any script, joined by single hyphens.

    "华东 Sales / 2026" gives "华东-sales-2026". A name without a letter or digit gives a short
    hash of itself. The result is its own slug, holds no path separator and no dot, and never
    begins with a hyphen.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    words = "".join(letter if letter.isalnum() else " " for letter in folded).split()
    slug = "-".join(words)[:LONGEST_SLUG].strip("-")
    return slug or hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def free_slug(name: str, taken: set[str]) -> str:
    """The slug of `name`, numbered from 2 if another name has it already."""
    slug = slug_of(name)
    number = 1
    candidate = slug
    while candidate in taken:
        number += 1
        candidate = f"{slug}-{number}"
    return candidate


def is_slug(text: str) -> bool:
    """Whether `text` can only name a folder right where it is looked for."""
    return bool(text) and all(letter.isalnum() or letter == "-" for letter in text) and not text.startswith("-")


def is_key(text: str) -> bool:
    """Whether `text` is an identifier as programs make them (a session id, a version)."""
    return KEY.fullmatch(text) is not None
