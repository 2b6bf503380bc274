"""The declaration of a whole load balancer, and what it results in."""

import copy
import time
from collections import Counter

from objects import DENY, NETWORK, REDIRECT
from pki import custom

OWN = custom("own.example.com")
REGEX = {"http_filter": "regex", "http_filter_value": ["^/a"]}


def backend(name, **options):
    return {"name": name, "forward_protocol": "http", "forward_port": 80, **options}


STACK = {
    "load_balancer": {"name": "web", "tags": ["shop"]},
    "ips": [{"tags": ["web"]}],
    "private_networks": [{"private_network_id": NETWORK}],
    "certificates": [
        {"name": "ordered", "letsencrypt": {}},
        {"name": "own", "custom_certificate": OWN},
    ],
    "backends": [backend("web", servers=["10.0.0.1"]), backend("api"), backend("old")],
    "frontends": [
        {"name": "http", "inbound_port": 80, "backend": "web", "acls": [REDIRECT]},
        {
            "name": "https",
            "inbound_port": 443,
            "backend": "web",
            "certificates": ["ordered", "own"],
            "acls": [DENY],
            "routes": [
                {"path_begin": "/api", "backend": "api"},
                {"host_header": "old.example.com", "backend": "old"},
            ],
        },
    ],
    "subscriber": {"name": "on-call", "email_config": {"email": "on-call@example.com"}},
}
MADE = {
    "CreateSubscriber": 1,
    "CreateIP": 1,
    "CreateLB": 1,
    "SubscribeToLB": 1,
    "AttachPrivateNetwork": 1,
    "CreateCertificate": 2,
    "CreateBackend": 3,
    "CreateFrontend": 2,
    "SetACLs": 2,
    "CreateRoute": 2,
}


def changed(**sections):
    """The declaration with other sections, or without those that are None."""
    stack = copy.deepcopy({**STACK, **sections})
    return {name: value for name, value in stack.items() if value is not None}


def operations(entries):
    return dict(Counter(entry["operation"] for entry in entries))


def told(result):
    """What changes, in words."""
    return [f"{one['object']} {one['change']}" for one in result["changes"]]


def watching(cloud, run):
    """Return a function that runs `stack`; its result has the writes made under `written`."""

    def watched(declaration=STACK, **options):
        with cloud.watched() as written:
            result = run("stack", **declaration, **options)
        return {**result, "written": operations(written)}

    return watched


def wait_for(look, patience=30):
    """The first true result of `look`."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")
