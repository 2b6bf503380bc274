"""Refusals, in the shapes of the API (reference, section 7)."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An answer that is an error: its HTTP status and body."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(body["message"])
        self.status, self.body = status, body


def invalid(argument: str, help_message: str, reason: str = "constraint") -> Refusal:
    """A field that cannot be what it is."""
    detail = {"argument_name": argument, "help_message": help_message, "reason": reason}
    return Refusal(
        400,
        {"details": [detail], "message": "invalid argument(s)", "type": "invalid_arguments"},
    )


def not_found(word: str) -> Refusal:
    """404s hold a message and nothing else (notes, 1)."""
    return Refusal(404, {"message": f"{word} not Found"})


def denied() -> Refusal:
    return Refusal(
        401,
        {
            "message": "authentication is denied",
            "method": "api_key",
            "reason": "not_found",
            "type": "denied_authentication",
        },
    )


def transient(resource: str, resource_id: str, state: str) -> Refusal:
    return Refusal(
        409,
        {
            "current_state": state,
            "message": "resource is in a transient state",
            "resource": resource,
            "resource_id": resource_id,
            "type": "transient_state",
        },
    )


def in_use(help_message: str) -> Refusal:
    """Our choice of shape: the refusal was never recorded (reference, section 6)."""
    return Refusal(
        412,
        {
            "help_message": help_message,
            "message": "precondition is not respected",
            "precondition": "resource_still_in_use",
            "type": "precondition_failed",
        },
    )
