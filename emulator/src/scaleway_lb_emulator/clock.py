"""Time: when it is, and how the API writes it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """The emulator's time: the machine's, and what it was advanced by."""

    def __init__(self) -> None:
        self.advanced = timedelta()

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self.advanced.total_seconds()

    def advance(self, text: str) -> None:
        """Move on by a number and a unit: s, m, h or d."""
        unit = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}[text[-1]]
        self.advanced += timedelta(**{unit: float(text[:-1])})


def stamp(seconds: float, digits: int = 6) -> str:
    """RFC 3339 in UTC; zeros are dropped by groups of three (reference, section 2)."""
    whole, fraction = divmod(round(seconds * 10**6), 10**6)
    text = f"{fraction:06d}" + "000" * (digits > 6)
    while text.endswith("000") and digits <= 6:
        text = text[:-3]
    moment = datetime.fromtimestamp(whole, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{text}" if text else "") + "Z"
