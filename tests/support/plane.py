"""The emulator's data plane alone, fed with states that the tests write themselves."""

import asyncio
import ipaddress
import threading
import uuid

from traffic import get

from scaleway_lb_emulator.data_plane.haproxy import HAProxy
from scaleway_lb_emulator.settings import Settings

CHECK = {
    "check_delay": 1000,
    "check_timeout": 1000,
    "check_max_retries": 2,
    "check_send_proxy": False,
    "transient_check_delay": "0.100s",
}
MATCH = {
    "ip_subnet": [],
    "http_filter": "acl_http_filter_none",
    "http_filter_value": [],
    "http_filter_option": None,
    "invert": False,
}


def backend(servers, port, check=None, **fields):
    """A backend's row, with the API's defaults."""
    return {
        "id": str(uuid.uuid4()),
        "forward_protocol": "http",
        "forward_port": port,
        "forward_port_algorithm": "roundrobin",
        "sticky_sessions": "none",
        "sticky_sessions_cookie_name": "",
        "proxy_protocol": "proxy_protocol_none",
        "timeout_server": 300_000,
        "timeout_connect": 5_000,
        "timeout_tunnel": 900_000,
        "timeout_queue": None,
        "on_marked_down_action": "on_marked_down_action_none",
        "failover_host": None,
        "host": "",
        "ssl_bridging": False,
        "ignore_ssl_server_verify": None,
        "redispatch_attempt_count": None,
        "max_retries": None,
        "max_connections": None,
        "pool": servers,
        "health_check": {"port": port, **CHECK, **(check or {"tcp_config": {}})},
        **fields,
    }


def frontend(target, port=80, **fields):
    return {
        "id": str(uuid.uuid4()),
        "inbound_port": port,
        "backend_id": target["id"],
        "timeout_client": None,
        "certificate_ids": [],
        "connection_rate_limit": None,
        "enable_access_logs": False,
        "enable_http3": False,
        "acls": [],
        "routes": [],
        **fields,
    }


def acl(action, **match):
    return {"id": str(uuid.uuid4()), "action": action, "match": MATCH | match}


def route(target, **match):
    return {"id": str(uuid.uuid4()), "backend_id": target["id"], "match": match}


def balancer(address, backends, frontends, certificates=None, **fields):
    return {
        "id": str(uuid.uuid4()),
        "zone": "fr-par-1",
        "type": "lb-s",
        "ssl_compatibility_level": "ssl_compatibility_level_intermediate",
        "addresses": [address],
        "backends": backends,
        "frontends": frontends,
        "certificates": certificates or {},
        **fields,
    }


class Plane:
    """HAProxy, run by a loop in a thread of its own."""

    def __init__(self, ip_range):
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.haproxy = HAProxy(Settings(ip_range=ipaddress.IPv4Network(ip_range)))
        self.address = str(self.haproxy.settings.ip_range[1])
        self.run(self.haproxy.start())

    def run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def serve(self, backends, frontends, **fields):
        """Make one load balancer the whole state; return its row."""
        lb = balancer(self.address, backends, frontends, **fields)
        self.run(self.haproxy.apply([lb]))
        return lb

    def servers(self, lb):
        """The state of each server, by its address."""
        return {item["ip"]: item for item in self.run(self.haproxy.stats(lb["id"], lb["backends"]))}

    def get(self, path="/", port=80, **options):
        return get(self.address, port, path, **options)

    def stop(self):
        self.run(self.haproxy.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
