"""Who is told when something happens to a load balancer."""

from __future__ import annotations

from typing import Any

from .. import models
from ..errors import in_use, invalid
from ..store import Row
from ..surface import Asked, operation, page

WAYS = ("email_config", "webhook_config")


def ways(body: models.UpdateSubscriber) -> dict[str, Any]:
    """The one way to tell the subscriber."""
    given = {way: getattr(body, way) for way in WAYS if getattr(body, way)}
    if len(given) != 1:
        raise invalid("email_config", f"give one of {', '.join(WAYS)}", "required")
    return {way: config.model_dump() for way, config in given.items()}


def subscriptions(asked: Asked, row: Row) -> list[Row]:
    return asked.world.of("lb", subscriber_id=row["id"])


@operation("GET", "/subscribers")
def list_subscriber(asked: Asked) -> Any:
    rows = asked.world.of("subscriber", zone=asked.zone)
    return page(asked, "subscribers", rows, asked.answers.subscriber)


@operation("POST", "/subscribers", models.CreateSubscriber)
def create_subscriber(asked: Asked) -> Any:
    owner = asked.world.owner(asked.body)
    row = asked.world.new(asked.zone, name=asked.body.name, **owner, **ways(asked.body))
    return asked.answers.subscriber(asked.world.store.put("subscriber", row))


@operation("GET", "/subscribers/{subscriber_id}")
def get_subscriber(asked: Asked) -> Any:
    return asked.answers.subscriber(asked.need("subscriber"))


@operation("PUT", "/subscribers/{subscriber_id}", models.UpdateSubscriber)
def update_subscriber(asked: Asked) -> Any:
    row = asked.need("subscriber")
    for way in WAYS:
        row.pop(way, None)
    row |= {"name": asked.body.name, **ways(asked.body)}
    return asked.answers.subscriber(asked.world.touch("subscriber", row))


def delete(asked: Asked) -> None:
    row = asked.need("subscriber")
    names = [lb["name"] for lb in subscriptions(asked, row)]
    if names:
        raise in_use(f"the subscriber is subscribed to {', '.join(names)}")
    asked.world.store.delete("subscriber", row["id"])


@operation("DELETE", "/lb/subscription/{subscriber_id}", zoned_only=True)
def delete_subscriber(asked: Asked) -> Any:
    delete(asked)


@operation("DELETE", "/lb/subscriber/{subscriber_id}", name="DeleteSubscriber", regional_only=True)
def delete_regional_subscriber(asked: Asked) -> Any:
    delete(asked)


@operation("POST", "/lb/{lb_id}/subscribe", models.Subscribe, name="SubscribeToLB")
def subscribe(asked: Asked) -> Any:
    lb = asked.need("lb")
    subscriber = asked.world.need("subscriber", asked.body.subscriber_id, asked.zone)
    lb["subscriber_id"] = subscriber["id"]
    return asked.answers.lb(asked.world.touch("lb", lb), fresh=True)


@operation("DELETE", "/lb/{lb_id}/unsubscribe", name="UnsubscribeFromLB")
def unsubscribe(asked: Asked) -> Any:
    lb = asked.need("lb")
    lb["subscriber_id"] = None
    return asked.answers.lb(asked.world.touch("lb", lb), fresh=True)
