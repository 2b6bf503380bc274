# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A backend with its health check and its servers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..fields.field import Field
from ..fields.references import Reference
from ..fields.structures import Structure
from ..fields.values import Addresses, Duration, Enum, Milliseconds, Nullable
from ..plan import Call, Plan
from ..problem import Problem
from ..resource import Resource
from ..session import Session
from .load_balancer import LOAD_BALANCER

CHECK_KINDS = (
    "tcp_config",
    "http_config",
    "https_config",
    "mysql_config",
    "pgsql_config",
    "redis_config",
    "ldap_config",
)


class CheckConfig(Structure):
    """The settings of one kind of check. One without suboptions is chosen by its presence."""

    def seen(self, found: dict[str, Any]) -> Any:
        return found.get(self.sent_as)


def http_check(**more: Field) -> CheckConfig:
    """The settings of a check over HTTP."""
    return CheckConfig(
        {
            "uri": Field(required=True, blank=True),
            "method": Field(),
            "code": Nullable("int", between=(100, 599)),
            "host_header": Field(default=""),
            **more,
        }
    )


class ProxyProtocol(Enum):
    """The proxy protocol; the API stores and shows `unknown` for none (reference, 4.3)."""

    def normalized(self, value: Any) -> Any:
        return super().normalized(None if value == "proxy_protocol_unknown" else value)


class Servers(Addresses):
    """The servers. Their order matters only with the algorithm `first`."""

    def same(self, value: Any, found: dict[str, Any]) -> bool:
        wanted, seen = self.normalized(value), self.normalized(self.seen(found))
        if found.get("forward_port_algorithm") == "first":
            return wanted == seen
        return sorted(wanted) == sorted(seen)


class Backend(Resource):
    """A backend, changed by three calls: for itself, its health check, its servers, as needed."""

    def problems(self, options: dict[str, Any]) -> Iterator[str]:
        yield from super().problems(options)
        if options.get("sticky_sessions") == "cookie" and options.get("forward_protocol") == "tcp":
            yield COOKIE_ON_TCP
        if "://" in (options.get("failover_host") or ""):
            yield (
                f"failover_host: {options['failover_host']!r} must be without its scheme, such as "
                "failover.s3-website.fr-par.scw.cloud."
            )
        if options.get("send_proxy_v2") is not None and options.get("proxy_protocol"):
            yield "send_proxy_v2 is another way to say proxy_protocol: give one of them."

    def given(self, options: dict[str, Any]) -> dict[str, Any]:
        if options.get("send_proxy_v2") is not None:
            options = {**options, "proxy_protocol": "v2" if options["send_proxy_v2"] else "none"}
        return super().given(options)

    def arguments(self) -> dict[str, dict[str, Any]]:
        return {**super().arguments(), "send_proxy_v2": {"type": "bool"}}

    def plan(
        self, found: dict[str, Any] | None, wanted: dict[str, Any], words: dict[str, Any]
    ) -> Plan:
        after = {**(found or {}), **wanted}
        if after.get("sticky_sessions") == "cookie" and after.get("forward_protocol") == "tcp":
            raise Problem(COOKIE_ON_TCP)
        check = wanted.get("health_check") or {}
        if found is None and check.get("port") is None:
            # The API requires a port; by default, check the one that serves.
            wanted = {**wanted, "health_check": {**check, "port": after.get("forward_port")}}
        return super().plan(found, wanted, words)

    def differing(self, found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
        # Whether the order of the servers matters depends on the algorithm as it will be.
        algorithm = wanted.get("forward_port_algorithm", found.get("forward_port_algorithm"))
        after = {**found, "forward_port_algorithm": algorithm}
        return [
            name
            for name, option in self.fields.items()
            if name in wanted
            and not option.same(wanted[name], after if name == "servers" else found)
        ]

    def update_calls(self, found: dict[str, Any], changes: dict[str, Any]) -> list[Call]:
        path = self.item.format(**found)
        apart = {"health_check": f"{path}/healthcheck", "servers": f"{path}/servers"}
        calls = []
        if set(changes) - set(apart):
            names = [name for name in self.fields if name not in apart]
            calls.append(Call("PUT", path, self.update_body(found, changes, names)))
        for name, its_path in apart.items():
            if name in changes:
                body = self.update_body(found, changes, [name])
                # The health check is the body itself.
                calls.append(Call("PUT", its_path, body.get("health_check", body)))
        return calls

    def used_by(self, session: Session, found: dict[str, Any]) -> list[str]:
        from . import frontend, route  # here, because they import backends themselves

        frontends = frontend.FRONTEND.list(session, {"load_balancer": found["lb"]["id"]})
        routes = route.ROUTE.list(session, {})
        return [
            frontend.FRONTEND.called(one)
            for one in frontends
            if one["backend"]["id"] == found["id"]
        ] + [route.ROUTE.called(one) for one in routes if one["backend_id"] == found["id"]]


COOKIE_ON_TCP = (
    "sticky_sessions: cookie needs a backend that speaks http. SSL passthrough (forward_protocol: "
    "tcp) decrypts nothing, so no cookie can be read or set; use table, which goes by the "
    "client's address."
)

BACKEND = Backend(
    "backend",
    collection="lbs/{load_balancer}/backends",
    item="backends/{id}",
    fields={
        "load_balancer": Reference(
            LOAD_BALANCER, seen_at="lb.id", embedded="lb", fixed=True, aliases=["lb_id"]
        ),
        "name": Field(required=True),
        "forward_protocol": Enum("tcp", "http", required=True),
        "forward_port": Field("int", required=True, between=(1, 65535)),
        "forward_port_algorithm": Enum("roundrobin", "leastconn", "first", on_create="roundrobin"),
        "sticky_sessions": Enum("none", "cookie", "table", on_create="none"),
        "sticky_sessions_cookie_name": Field(default=""),
        "servers": Servers(
            sent_as="server_ip", seen_at="pool", on_create=[], aliases=["server_ip"]
        ),
        "proxy_protocol": ProxyProtocol(
            "none", "v1", "v2", "v2_ssl", "v2_ssl_cn", prefix="proxy_protocol_", default="none"
        ),
        "timeout_server": Milliseconds(300_000),
        "timeout_connect": Milliseconds(5_000),
        "timeout_tunnel": Milliseconds(900_000),
        "timeout_queue": Duration(),
        "on_marked_down_action": Enum(
            "none",
            "shutdown_sessions",
            default="none",
            prefix="on_marked_down_action_",
            prefixed=("none",),
        ),
        "failover_host": Nullable(default=""),
        "host": Field(default=""),
        "ssl_bridging": Field("bool", default=False),
        "ignore_ssl_server_verify": Field("bool", default=False),
        "redispatch_attempt_count": Field("int", default=0, between=(0, 2_147_483_647)),
        "max_retries": Field("int", default=3, between=(0, 32)),
        "max_connections": Field("int", default=0, between=(0, 2_147_483_647)),
        "health_check": Structure(
            {
                "port": Field("int", between=(1, 65535)),
                "check_max_retries": Field("int", default=3, on_create=3, between=(1, 9999)),
                "check_delay": Milliseconds(3_000, least=1_000),
                "check_timeout": Milliseconds(1_000, least=1_000),
                "check_send_proxy": Field("bool", default=False),
                "transient_check_delay": Duration(500, least=100),
                "tcp_config": CheckConfig({}),
                "http_config": http_check(),
                "https_config": http_check(sni=Field(default="")),
                "mysql_config": CheckConfig({"user": Field(required=True, blank=True)}),
                "pgsql_config": CheckConfig({"user": Field(required=True, blank=True)}),
                "redis_config": CheckConfig({}),
                "ldap_config": CheckConfig({}),
            },
            one_of=CHECK_KINDS,
        ),
    },
)
