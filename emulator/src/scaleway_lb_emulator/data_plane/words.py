"""User input, made safe for HAProxy's configuration: one word each, never a line."""

from __future__ import annotations

import re
from typing import Any

HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?")
TOKEN = re.compile(r"[A-Za-z0-9_.-]+")
DURATION = re.compile(r"\d{1,9}(\.\d{1,9})?s")
IDENTIFIER = re.compile(r"[A-Za-z0-9_-]+")


def quoted(text: Any) -> str:
    """One word, whatever it contains: HAProxy interprets nothing between single quotes.

    Raises ValueError for what cannot be quoted: unprintable characters and empty text.
    """
    text = str(text)
    if not text:
        raise ValueError("a value is empty")
    if not text.isprintable():
        raise ValueError(f"{text!r} holds a character that cannot be printed")
    return "'" + text.replace("'", "'\\''") + "'"


def literal(text: Any) -> str:
    """One word for a place where HAProxy expands %[...], escaped so that it expands nothing."""
    return quoted(str(text).replace("%", "%%"))


def host(text: str) -> str:
    """A host name, or ValueError. It needs no quotes."""
    return checked(HOST, text, "a host name")


def header(text: str | None) -> str:
    """The name of a header, a cookie or a method, or ValueError. It needs no quotes."""
    return checked(TOKEN, text or "", "a name")


def identifier(text: str) -> str:
    """An ID as part of a section's name, or ValueError."""
    return checked(IDENTIFIER, text, "an ID")


def checked(pattern: re.Pattern[str], text: str, what: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(f"{text!r} is not {what}")
    return text


def milliseconds(duration: str | None) -> int:
    """Convert a duration of the API, which is seconds as text, such as 0.500s; none is 0."""
    if not duration:
        return 0
    return round(float(checked(DURATION, duration, "a duration").removesuffix("s")) * 1000)
