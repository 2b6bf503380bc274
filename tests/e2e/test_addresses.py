"""Where load balancers are reached: in private networks, and by IPv6 where the machine allows it."""

import subprocess

import pytest
import requests
from balancer import Balancer
from cloud import BIN, serving
from pki import AUTHORITY, Issued
from plane import backend, frontend
from traffic import believing, eventually, get

NETWORK = "6d5a3f1e-0000-4000-8000-000000000001"
RANGE6 = "fd51:66::/48"


def attach(lb):
    """Put a load balancer into a private network; the address it has there."""
    call = lb.emulator.api
    call("POST", f"lbs/{lb.lb['id']}/attach-private-network", {"private_network_id": NETWORK})

    def ready():
        found = call("GET", f"lbs/{lb.lb['id']}/private-networks")["private_network"][0]
        return found["status"] == "ready" and found["ipam_ids"]

    [ipam_id] = eventually(ready, pause=0.05)
    url = f"{lb.emulator.url}/_emulator/ipam/{ipam_id}"
    return requests.get(url, timeout=30).json()["address"]


def refuses(address, port):
    with pytest.raises(ConnectionRefusedError):
        get(address, port)
    return True


def test_a_private_load_balancer_is_reached_in_its_network_alone(emulator, web_servers):
    lb = Balancer(emulator, assign_flexible_ip=False)
    assert lb.lb["ip"] == []
    leaf = Issued("shop.example.com", AUTHORITY)
    certificate = lb.certificate(pem=leaf.key + leaf.pem + AUTHORITY.pem)
    target = lb.backend(web_servers.addresses, web_servers.port)
    lb.frontend(target, 80)
    lb.frontend(target, 443, certificate_ids=[certificate])
    address = attach(lb)
    assert eventually(lambda: reached(address, 80))
    assert get(address, 443, tls=believing(), name="shop.example.com").server in ("red", "blue")
    body = {"private_network_id": NETWORK}
    emulator.api("POST", f"lbs/{lb.lb['id']}/detach-private-network", body)
    assert eventually(lambda: not reached(address, 80))


def reached(address, port):
    try:
        return get(address, port).status == 200
    except ConnectionRefusedError:
        return False


def test_a_public_load_balancer_is_not_reached_through_its_networks(lb, web_servers):
    address = attach(lb)
    lb.frontend(lb.backend(web_servers.addresses, web_servers.port), 80)
    assert lb.get().status == 200
    assert refuses(address, lb.port(80))


def test_an_unknown_address_of_a_network_is_said(emulator):
    answer = requests.get(f"{emulator.url}/_emulator/ipam/none", timeout=30)
    assert answer.status_code == 404
    assert "no private network" in answer.text


def test_ipv6_is_taken_and_said_not_to_be_served(plane, web_servers, caplog):
    target = backend(web_servers.addresses, web_servers.port)
    plane.serve([target], [frontend(target)], addresses=[plane.address, "2001:db8:1::"])
    assert plane.get().status == 200
    assert "address 2001:db8:1:: is not served: IPv6 is served with --ip6-range" in caplog.text


def routed():
    """The range, where the machine lets it be routed; it is left as it was."""
    change = ["ip", "-6", "route", "replace", "local", RANGE6, "dev", "lo"]
    allowed = subprocess.run(change, capture_output=True, check=False).returncode == 0
    if allowed:
        subprocess.run(["ip", "-6", "route", "del", "local", RANGE6, "dev", "lo"], check=True)
    return allowed


def routes():
    shown = ["ip", "-6", "route", "show", "table", "local"]
    return subprocess.run(shown, capture_output=True, text=True, check=True).stdout


def test_ipv6_is_served_where_the_machine_allows_it_and_refused_clearly_elsewhere(web_servers):
    options = ["--ip-range", "127.66.0.0/24", "--ca", "builtin", "--ip6-range", RANGE6]
    if not routed():
        command = [BIN / "scaleway-lb-emulator", "serve", "--listen", "127.0.0.1:0", *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode
        assert f"cannot route {RANGE6}" in done.stderr
        assert "root" in done.stderr
        return
    with serving(*options, "--time-scale", "0") as cloud:
        cloud.port_offset = 0
        lb = Balancer(cloud, assign_flexible_ipv6=True)
        v4, v6 = (ip["ip_address"] for ip in lb.lb["ip"])
        assert v6 == "fd51:66:0:1::"
        target = lb.backend(web_servers.addresses, web_servers.port, sticky_sessions="table")
        lb.acls(
            lb.frontend(target, 80),
            ({"type": "deny"}, {"ip_subnet": ["127.0.0.0/8"]}),
        )
        leaf = Issued("lb.example.com", AUTHORITY)
        certificate = lb.certificate(pem=leaf.key + leaf.pem + AUTHORITY.pem)
        lb.frontend(target, 443, certificate_ids=[certificate])
        assert get(v4, 80).status == 403
        answer = visit(v6, 80)
        assert answer.status == 200
        assert ":" in answer.seen["headers"]["x-forwarded-for"]
        assert {visit(v6, 80).server for _ in range(4)} == {answer.server}
        assert visit(v6, 443, tls=believing(), name="lb.example.com").status == 200
    assert RANGE6 not in routes()


def visit(address, port, **options):
    """From whatever address of IPv6 this machine has."""
    return get(address, port, source="::", **options)
