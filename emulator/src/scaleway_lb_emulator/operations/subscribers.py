"""Subscribers, who are notified when something happens to a load balancer."""

from __future__ import annotations

from typing import Any

from .. import models
from ..errors import in_use, invalid
from ..surface import OWNER, PAGES, Asked, operation, page
from .ips import owner

WAYS = ("email_config", "webhook_config")


def ways(body: models.UpdateSubscriber) -> dict[str, Any]:
    """The one way to notify the subscriber."""
    given = {way: getattr(body, way) for way in WAYS if getattr(body, way)}
    if len(given) != 1:
        raise invalid("email_config", f"give one of {', '.join(WAYS)}", "required")
    return {way: config.model_dump() for way, config in given.items()}


@operation(
    *("GET", "/subscribers"),
    query=(*PAGES, "order_by", *OWNER, "name"),
    answer=("subscribers", "Subscriber"),
)
def list_subscriber(asked: Asked) -> Any:
    rows = asked.world.store.of("subscriber", zone=asked.zone)
    return page(asked, rows, asked.answers.subscriber)


@operation("POST", "/subscribers", models.CreateSubscriber, answer="Subscriber")
def create_subscriber(asked: Asked) -> Any:
    body = asked.body
    row = asked.world.add("subscriber", asked.zone, name=body.name, **owner(body), **ways(body))
    return asked.answers.subscriber(row)


@operation("GET", "/subscribers/{subscriber_id}", answer="Subscriber")
def get_subscriber(asked: Asked) -> Any:
    return asked.answers.subscriber(asked.need("subscriber"))


@operation("PUT", "/subscribers/{subscriber_id}", models.UpdateSubscriber, answer="Subscriber")
def update_subscriber(asked: Asked) -> Any:
    row = asked.need("subscriber")
    kept = {key: value for key, value in row.items() if key not in WAYS}
    row = asked.world.touch("subscriber", kept, name=asked.body.name, **ways(asked.body))
    return asked.answers.subscriber(row)


def delete(asked: Asked) -> None:
    """Refused while a load balancer uses it (our choice)."""
    store, row = asked.world.store, asked.need("subscriber")
    if names := [lb["name"] for lb in store.of("lb", subscriber_id=row["id"])]:
        raise in_use(f"the subscriber is subscribed to {', '.join(names)}")
    store.delete("subscriber", row["id"])


@operation("DELETE", "/lb/subscription/{subscriber_id}", regional=False)
def delete_subscriber(asked: Asked) -> Any:
    delete(asked)


@operation("DELETE", "/lb/subscriber/{subscriber_id}", name="DeleteSubscriber", zoned=False)
def delete_regional_subscriber(asked: Asked) -> Any:
    delete(asked)
