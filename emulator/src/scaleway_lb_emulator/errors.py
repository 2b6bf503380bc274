"""Refusals, in the shapes of the API (reference, 7).

The 404s were recorded. Of the others only the shapes are known, from the SDKs, which parse them;
which one is used when is our choice, unless a comment names better evidence.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError


class Refusal(Exception):
    """An error response: its HTTP status and body."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(body["message"])
        self.status, self.body = status, body


def refused(status: int, kind: str, message: str, **more: Any) -> Refusal:
    return Refusal(status, {"message": message, "type": kind, **more})


def plain(status: int, message: str) -> Refusal:
    """A refusal with a message and nothing else."""
    return Refusal(status, {"message": message})


def invalid(argument: str, help_message: str, reason: str = "constraint") -> Refusal:
    """A field with an invalid value."""
    return refusals([(argument, help_message, reason)])


def refusals(wrong: list[tuple[str, str, str]]) -> Refusal:
    names = ("argument_name", "help_message", "reason")
    details = [dict(zip(names, one, strict=True)) for one in wrong]
    return refused(400, "invalid_arguments", "invalid argument(s)", details=details)


def explained(error: ValidationError) -> Refusal:
    """What is wrong with a body, field by field."""
    inside = ["health_check"] if error.title == "UpdateHealthCheck" else []
    return refusals(
        [
            (
                argument(inside + [part for part in one["loc"] if isinstance(part, str)]),
                one["msg"].removeprefix("Value error, "),
                reason(one["type"]),
            )
            for one in error.errors(include_url=False, include_context=False, include_input=False)
        ]
    )


def reason(word: str) -> str:
    """The API's reason for pydantic's type of error."""
    if word == "missing":
        return "required"
    forms = ("_type", "_format", "_pattern_mismatch")
    return "format" if word.endswith(forms) else "constraint"


def argument(path: list[str]) -> str:
    """The name of a field in a refusal: those of a health check are spelled as in Go, which is what
    the vendor's CLI looks for (`Port`, `CheckMaxRetries`)."""
    if path[:1] == ["health_check"] and path[1:]:
        return ".".join(part.title().replace("_", "") for part in path[1:])
    return ".".join(path) or "body"


def not_found(word: str) -> Refusal:
    """404s have a message and nothing else (notes, 1)."""
    return plain(404, f"{word} not Found")


def denied() -> Refusal:
    return refused(
        401,
        "denied_authentication",
        "authentication is denied",
        method="api_key",
        reason="not_found",
    )


def transient(resource: str, resource_id: str, state: str) -> Refusal:
    return refused(
        409,
        "transient_state",
        "resource is in a transient state",
        current_state=state,
        resource=resource,
        resource_id=resource_id,
    )


def in_use(help_message: str) -> Refusal:
    return refused(
        412,
        "precondition_failed",
        "precondition is not respected",
        precondition="resource_still_in_use",
        help_message=help_message,
    )


def quota(resource: str, most: int) -> Refusal:
    """The limits themselves are documented (reference, 4.11)."""
    detail = {"resource": resource, "quota": most, "current": most}
    return refused(403, "quotas_exceeded", "quota(s) exceeded for this resource", details=[detail])
