"""The time, and how the API writes it. Times are whole nanoseconds since 1970."""

from __future__ import annotations

import time
from datetime import UTC, datetime

SECOND = 10**9
UNITS = {"s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND, "d": 86400 * SECOND}
LAST = int(datetime(9000, 1, 1, tzinfo=UTC).timestamp()) * SECOND
"""The latest time allowed, so that all dates can be written."""


class Clock:
    """The emulator's time: the machine's, plus what it was advanced by."""

    def __init__(self, advanced: int = 0) -> None:
        self.advanced = advanced

    def now(self) -> int:
        """Always odd, so that a date shown in full has all nine digits."""
        return time.time_ns() + self.advanced | 1

    def advance(self, text: str) -> None:
        """Move on by a number and a unit (s, m, h or d). Raises ValueError beyond LAST."""
        step = int(float(text[:-1]) * UNITS[text[-1]])
        if self.now() + step > LAST:
            raise ValueError("the clock does not go beyond the year 9000")
        self.advanced += step


def stamp(moment: int, fresh: bool = False) -> str:
    """RFC 3339 in UTC (reference, 2): nanoseconds in the answer to the write that set it,
    microseconds, rounded half up, later; trailing zeros are dropped in groups of three."""
    if not fresh:
        moment = (moment + 500) // 1000 * 1000
    seconds, fraction = divmod(moment, SECOND)
    text = f"{fraction:09d}"
    while text.endswith("000"):
        text = text[:-3]
    shown = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{shown}.{text}Z" if text else f"{shown}Z"
