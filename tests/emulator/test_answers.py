"""What answers hold: every key, its default, its spelling, and the parents in it."""

import json
import re
from datetime import timedelta
from ipaddress import ip_address

import pytest
from asgi import own_name
from cryptography.x509 import DNSName, IPAddress, RFC822Name
from pki import NOW, Issued

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MICROSECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(\d{3})?Z")
NOBODY = "00000000-0000-4000-8000-000000000000"
PROJECT = "aaaaaaaa-0000-4000-8000-000000000001"
NETWORK = "bbbbbbbb-0000-4000-8000-000000000001"

LB = {
    "name": "web",
    "description": "",
    "status": "ready",
    "organization_id": NOBODY,
    "project_id": NOBODY,
    "tags": [],
    "frontend_count": 0,
    "backend_count": 0,
    "route_count": 0,
    "private_network_count": 0,
    "type": "lb-s",
    "subscriber": None,
    "ssl_compatibility_level": "ssl_compatibility_level_intermediate",
    "region": "fr-par",
    "zone": "fr-par-1",
}
BACKEND = {
    "name": "web",
    "forward_protocol": "http",
    "forward_port": 80,
    "forward_port_algorithm": "roundrobin",
    "sticky_sessions": "none",
    "sticky_sessions_cookie_name": "",
    "pool": ["10.0.0.1"],
    "send_proxy_v2": False,
    "proxy_protocol": "proxy_protocol_unknown",
    "timeout_server": 300000,
    "timeout_connect": 5000,
    "timeout_tunnel": 900000,
    "timeout_queue": None,
    "on_marked_down_action": "on_marked_down_action_none",
    "failover_host": None,
    "host": "",
    "ssl_bridging": False,
    "ignore_ssl_server_verify": None,
    "redispatch_attempt_count": None,
    "max_retries": None,
    "max_connections": None,
    "health_check": {
        "port": 80,
        "check_max_retries": 3,
        "check_delay": 3000,
        "check_timeout": 1000,
        "check_send_proxy": False,
        "transient_check_delay": "0.500s",
        "tcp_config": {},
    },
}
FRONTEND = {
    "name": "port-80",
    "inbound_port": 80,
    "timeout_client": None,
    "certificate": None,
    "certificate_ids": [],
    "connection_rate_limit": None,
    "enable_access_logs": False,
    "enable_http3": False,
}
MATCH = {
    "ip_subnet": [],
    "ips_edge_services": False,
    "http_filter": "acl_http_filter_none",
    "http_filter_value": [],
    "http_filter_option": None,
    "invert": False,
}
ACL = {
    "name": "rule",
    "description": "",
    "index": 0,
    "action": {"type": "deny", "redirect": None},
    "match": MATCH,
}


def rest(answer, known):
    """What an answer holds beside what is known; the known is as it should be."""
    assert {key: answer.get(key, "missing") for key in known} == known
    return {key: value for key, value in answer.items() if key not in known}


def dated(found):
    """An object's ID and dates, as a later read shows them; what is left."""
    assert UUID.fullmatch(found.pop("id"))
    assert MICROSECONDS.fullmatch(found.pop("created_at"))
    assert MICROSECONDS.fullmatch(found.pop("updated_at"))
    return found


def test_a_load_balancer_as_it_is_made_with_nothing_said(api):
    made = api.do("POST", "lbs", {"name": "web"})
    assert made["status"] == "to_create" and made["instances"] == []
    assert made["ip"][0]["lb_id"] == made["id"]
    found = api.get(f"lbs/{made['id']}")
    [ip], [instance] = found.pop("ip"), found.pop("instances")
    assert dated(rest(found, LB)) == {}
    place = {"zone": "fr-par-1", "region": "fr-par"}
    assert dated(rest(instance, {"status": "ready", "ip_address": "", **place})) == {}
    assert ip == api.get(f"ips/{ip['id']}")


def test_an_address_and_its_own_name(api):
    v4 = api.do("POST", "ips", {"project_id": PROJECT, "tags": ["a"]})
    assert v4.pop("id") and re.fullmatch(r"127\.51\.\d+\.\d+", address := v4.pop("ip_address"))
    assert v4 == {
        "lb_id": None,
        "organization_id": PROJECT,
        "project_id": PROJECT,
        "reverse": f"{address.replace('.', '-')}.lb.fr-par.scw.cloud",
        "tags": ["a"],
        "region": "fr-par",
        "zone": "fr-par-1",
    }
    v6 = api.do("POST", "ips", {"is_ipv6": True, "reverse": None, "tags": None})
    assert v6["ip_address"] == "2001:db8:1::"
    nibbles = ("20010db8" + "0001").ljust(32, "0")[::-1]
    assert v6["reverse"] == ".".join(nibbles) + ".lb.fr-par.scw.cloud"


@pytest.mark.parametrize(
    ("given", "versions"),
    [
        ({}, [4]),
        ({"assign_flexible_ip": True}, [4]),
        ({"assign_flexible_ip": False}, []),
        ({"assign_flexible_ip": True, "assign_flexible_ipv6": True}, [4, 6]),
        ({"assign_flexible_ipv6": True}, [4, 6]),
        ({"ip_ids": []}, [4]),
    ],
)
def test_which_addresses_a_load_balancer_gets(api, given, versions):
    lb = api.lb(**given)
    assert [6 if ":" in ip["ip_address"] else 4 for ip in lb["ip"]] == versions


def test_given_addresses_are_attached_ipv4_first(api):
    v6, v4 = (api.do("POST", "ips", {"is_ipv6": six}) for six in (True, False))
    lb = api.lb(ip_ids=[v6["id"], v4["id"]])
    assert [ip["id"] for ip in lb["ip"]] == [v4["id"], v6["id"]]
    other = api.do("POST", "ips", {})
    assert api.lb(ip_id=other["id"])["ip"][0]["id"] == other["id"]


def test_a_load_balancer_is_changed_as_a_whole(api):
    level = {"ssl_compatibility_level": "ssl_compatibility_level_modern"}
    lb = api.lb(tags=["a"], description="why", **level)
    path, body = f"lbs/{lb['id']}", {"name": "new", "description": "", "type": "lb-gp-m"}
    changed = api.do("PUT", path, {**body, **level, "tags": ["b"]})
    assert rest(changed, {**LB, **level, "name": "new", "tags": ["b"], "type": "lb-s"})
    assert rest(api.do("PUT", path, body), {**LB, "name": "new"})


def test_an_address_is_changed_field_by_field(api):
    ip, lb = api.do("POST", "ips", {"is_ipv6": True, "tags": ["a"]}), api.lb()
    path = f"ips/{ip['id']}"
    assert api.do("PATCH", path, {"lb_id": lb["id"]}) == {**ip, "lb_id": lb["id"]}
    changed = api.do("PATCH", path, {"reverse": "my.example.com"})
    assert (changed["reverse"], changed["tags"]) == ("my.example.com", ["a"])
    changed = api.do("PATCH", path, {"tags": ["b", "c"]})
    assert (changed["reverse"], changed["tags"]) == ("my.example.com", ["b", "c"])
    unsaid = {"reverse": None, "tags": None, "lb_id": None}
    assert api.do("PATCH", path, unsaid) == changed
    assert api.do("PATCH", path, {"reverse": "", "tags": []}) == {
        **ip,
        "lb_id": lb["id"],
        "tags": [],
    }
    assert [one["id"] for one in api.get(f"lbs/{lb['id']}")["ip"]][1:] == [ip["id"]]


def test_a_backend_with_nothing_said(api):
    lb = api.lb()
    made = api.backend(lb)
    lb = api.idle(lb)
    found = api.get(f"backends/{made['id']}")
    assert found.pop("lb") == lb and lb["backend_count"] == 1
    assert dated(rest(found, BACKEND)) == {}


@pytest.mark.parametrize(
    ("field", "sent", "answered"),
    [
        ("timeout_queue", "4.000000000s", "4s"),
        ("timeout_queue", "0.000000000s", "0s"),
        ("timeout_queue", "0.0625s", "0.062500s"),
        ("timeout_server", "3000", 3000),
        ("timeout_connect", 0, 0),
        ("max_connections", 0, 0),
        ("redispatch_attempt_count", 0, 0),
        ("max_retries", 0, 0),
        ("proxy_protocol", "proxy_protocol_unknown", "proxy_protocol_unknown"),
        ("sticky_sessions", "cookie", "cookie"),
        ("ignore_ssl_server_verify", False, False),
        ("host", "www.example.com", "www.example.com"),
        ("on_marked_down_action", "shutdown_sessions", "shutdown_sessions"),
    ],
)
def test_a_value_of_a_backend_comes_back_as_the_api_writes_it(api, field, sent, answered):
    assert api.backend(api.lb(), **{field: sent})[field] == answered


def test_send_proxy_v2_is_another_way_to_say_proxy_protocol(api):
    made = api.backend(api.lb(), send_proxy_v2=True)
    assert (made["send_proxy_v2"], made["proxy_protocol"]) == (True, "proxy_protocol_v2")


HTTP = {"uri": "/", "method": "GET", "code": 200, "host_header": "a.example"}


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ({}, {"tcp_config": {}}),
        ({"tcp_config": {}}, {"tcp_config": {}}),
        ({"http_config": HTTP, "tcp_config": None}, {"http_config": HTTP}),
        ({"http_config": {}}, {"http_config": dict.fromkeys(HTTP, "") | {"code": None}}),
        ({"https_config": {**HTTP, "sni": "b"}}, {"https_config": {**HTTP, "sni": "b"}}),
        ({"mysql_config": {"user": "check"}}, {"mysql_config": {"user": "check"}}),
        ({"pgsql_config": {"user": "check"}}, {"pgsql_config": {"user": "check"}}),
        ({"redis_config": {}}, {"redis_config": {}}),
        ({"ldap_config": {}}, {"ldap_config": {}}),
    ],
)
def test_a_health_check_shows_its_kind_alone(api, sent, answered):
    check = {"port": 81, "check_max_retries": 2, "check_delay": "2000", "check_timeout": 1500}
    unsaid = dict.fromkeys(("http_config", "check_send_proxy", "transient_check_delay"))
    made = api.backend(api.lb(), health_check={**check, **unsaid, **sent})
    shown = {"check_delay": 2000, "check_send_proxy": False, "transient_check_delay": "0.500s"}
    assert made["health_check"] == {**check, **shown, **answered}


def test_changing_the_kind_of_a_check_drops_the_former_one(api):
    backend = api.backend(
        api.lb(), health_check={"port": 80, "check_max_retries": 3, "ldap_config": {}}
    )
    check = {"port": 81, "check_max_retries": 5, "check_delay": 5000, "check_timeout": 2000}
    answer = api.do("PUT", f"backends/{backend['id']}/healthcheck", {**check, "http_config": HTTP})
    defaults = {"check_send_proxy": False, "transient_check_delay": "0.500s"}
    assert answer == {**check, **defaults, "http_config": HTTP}
    assert api.get(f"backends/{backend['id']}")["health_check"] == answer


def test_a_backend_is_changed_in_three_calls_that_leave_each_other_alone(api):
    backend = api.backend(api.lb(), max_connections=5, failover_host="a.example")
    path = f"backends/{backend['id']}"
    five = ("name", "forward_protocol", "forward_port", "forward_port_algorithm", "sticky_sessions")
    former = {"health_check": {"port": 81, "check_max_retries": 1}, "server_ip": ["10.9.9.9"]}
    changed = api.do("PUT", path, {key: backend[key] for key in five} | {"name": "new", **former})
    assert changed["name"] == "new"
    assert (changed["max_connections"], changed["failover_host"]) == (None, None)
    assert (changed["pool"], changed["health_check"]) == (backend["pool"], backend["health_check"])


def test_servers_are_set_added_and_removed(api):
    backend = api.backend(api.lb(), server_ip=["10.0.0.2", "10.0.0.1", "10.0.0.2"])
    assert backend["pool"] == ["10.0.0.2", "10.0.0.1"]
    path = f"backends/{backend['id']}/servers"
    added = api.do("POST", path, {"server_ip": ["10.0.0.3", "10.0.0.1"]})
    assert added["pool"] == ["10.0.0.2", "10.0.0.1", "10.0.0.3"]
    removed = api.do("DELETE", path, {"server_ip": ["10.0.0.1", "10.0.0.9"]})
    assert removed["pool"] == ["10.0.0.2", "10.0.0.3"]
    assert api.do("PUT", path, {"server_ip": ["fd00::1"]})["pool"] == ["fd00::1"]
    assert api.do("PUT", path, {"server_ip": []})["pool"] == []


def test_a_frontend_with_nothing_said(api):
    lb = api.lb()
    backend = api.backend(lb)
    made = api.frontend(lb, backend)
    found = api.get(f"frontends/{made['id']}")
    assert found.pop("backend")["id"] == backend["id"]
    assert found.pop("lb")["id"] == lb["id"]
    assert dated(rest(found, FRONTEND)) == {}


@pytest.mark.parametrize(("sent", "answered"), [(0, None), (100, 100), (None, None)])
def test_no_rate_limit_is_null_in_a_frontend(api, sent, answered):
    lb = api.lb()
    made = api.frontend(lb, api.backend(lb), connection_rate_limit=sent)
    assert made["connection_rate_limit"] == answered


def test_a_frontend_shows_its_first_certificate_in_full(api):
    lb = api.lb()
    backend, first, second = api.backend(lb), api.issued(lb), api.issued(lb, name="b")
    made = api.frontend(lb, backend, 443, certificate_ids=[second["id"], first["id"]])
    assert made["certificate_ids"] == [second["id"], first["id"]]
    assert made["certificate"]["id"] == second["id"]
    assert made["certificate"]["lb"]["id"] == lb["id"]
    body = {"name": "x", "inbound_port": 443, "backend_id": backend["id"]}
    changed = api.do("PUT", f"frontends/{made['id']}", {**body, "certificate_id": first["id"]})
    assert changed["certificate_ids"] == [first["id"]]
    changed = api.do("PUT", f"frontends/{made['id']}", body)
    assert (changed["certificate_ids"], changed["certificate"]) == ([], None)


def test_access_logs_that_are_not_mentioned_stay(api):
    lb = api.lb()
    backend = api.backend(lb)
    made = api.frontend(lb, backend, enable_access_logs=True)
    body = {"name": "x", "inbound_port": 80, "backend_id": backend["id"]}
    assert api.do("PUT", f"frontends/{made['id']}", body)["enable_access_logs"] is True
    off = api.do("PUT", f"frontends/{made['id']}", {**body, "enable_access_logs": False})
    assert off["enable_access_logs"] is False


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ({"match": None}, {}),
        ({"match": {"ip_subnet": None, "ips_edge_services": True}},
         {"match": {**MATCH, "ip_subnet": ["0.0.0.0/0"], "ips_edge_services": True}}),
        ({"match": {"ip_subnet": ["192.0.2.1", "10.0.0.0/8"], "http_filter_value": None}},
         {"match": {**MATCH, "ip_subnet": ["192.0.2.1", "10.0.0.0/8"]}}),
        ({"match": {"http_filter": "http_header_match", "http_filter_option": "X-A", "http_filter_value": ["b"]}},
         {"match": {**MATCH, "http_filter": "http_header_match", "http_filter_option": "X-A", "http_filter_value": ["b"]}}),
        ({"action": {"type": "redirect", "redirect": {"type": "scheme", "target": "https"}}},
         {"action": {"type": "redirect", "redirect": {"type": "scheme", "target": "https", "code": 302}}}),
        ({"action": {"type": "allow", "redirect": None}, "index": 7, "description": "why"},
         {"action": {"type": "allow", "redirect": None}, "index": 7, "description": "why"}),
    ],
)  # fmt: skip
def test_an_acl_comes_back_with_every_key(api, sent, answered):
    lb = api.lb()
    frontend = api.frontend(lb, api.backend(lb))
    found = api.get(f"acls/{api.acl(frontend, **sent)['id']}")
    assert found.pop("frontend")["id"] == frontend["id"]
    assert dated(rest(found, ACL | answered)) == {}


def test_a_description_that_an_update_leaves_out_stays(api):
    lb = api.lb()
    rule = api.acl(api.frontend(lb, api.backend(lb)), description="why")
    body = {"name": "new", "index": 1, "action": {"type": "allow"}, "match": {}}
    assert api.do("PUT", f"acls/{rule['id']}", body)["description"] == "why"
    assert api.do("PUT", f"acls/{rule['id']}", {**body, "description": ""})["description"] == ""


def test_setting_acls_replaces_them_all(zoned):
    lb = zoned.lb()
    frontend = zoned.frontend(lb, zoned.backend(lb))
    before = zoned.acl(frontend)
    rules = [
        {"name": name, "index": index, "action": {"type": "allow"}}
        for index, name in enumerate("ab")
    ]
    answer = zoned.do("PUT", f"frontends/{frontend['id']}/acls", {"acls": rules})
    assert [one["name"] for one in answer["acls"]] == ["a", "b"] and answer["total_count"] == 2
    assert zoned.ask("GET", f"acls/{before['id']}").status == 404
    answer = zoned.do("PUT", f"frontends/{frontend['id']}/acls", {"acls": []})
    assert answer == {"acls": [], "total_count": 0}


@pytest.mark.parametrize(
    ("protocol", "match"),
    [
        ("tcp", {"sni": "a.example"}),
        ("http", {"host_header": "a.example"}),
        ("http", {"path_begin": "/a"}),
    ],
)
def test_a_route_shows_the_one_way_it_matches(api, protocol, match):
    lb = api.lb()
    backend = api.backend(lb, forward_protocol=protocol)
    frontend = api.frontend(lb, backend)
    place = {"frontend_id": frontend["id"], "backend_id": backend["id"]}
    made = api.do("POST", "routes", {**place, "match": {**match, "match_subdomains": True}})
    found = api.get(f"routes/{made['id']}")
    assert dated(rest(found, {**place, "match": {**match, "match_subdomains": True}})) == {}
    changed = api.do("PUT", f"routes/{made['id']}", {"backend_id": backend["id"], "match": match})
    assert changed["match"] == {**match, "match_subdomains": False}
    assert api.get(f"lbs/{lb['id']}")["route_count"] == 1


def attach(api, lb, network=NETWORK, **body):
    if api.place.startswith("regions"):
        return api.do("POST", f"lbs/{lb['id']}/private-networks/{network}/attach", body)
    body = {"private_network_id": network, **body}
    return api.do("POST", f"lbs/{lb['id']}/attach-private-network", body)


def detach(api, lb, network=NETWORK):
    if api.place.startswith("regions"):
        return api.do("POST", f"lbs/{lb['id']}/private-networks/{network}/detach")
    return api.do("POST", f"lbs/{lb['id']}/detach-private-network", {"private_network_id": network})


def test_a_private_network_without_an_address_gets_one_when_it_is_ready(paced):
    made = paced.do("POST", "lbs", {"name": "web"})
    paced.pass_time("5s")
    lb = paced.get(f"lbs/{made['id']}")
    answer = attach(paced, lb, dhcp_config={})
    assert answer["lb"]["private_network_count"] == 1
    assert (answer["status"], answer["ipam_ids"]) == ("pending", [])
    assert answer["dhcp_config"] == {"ip_id": None}
    paced.pass_time("5s")
    page = paced.get(f"lbs/{lb['id']}/private-networks")
    assert set(page) == {"private_network", "total_count"}
    [found] = page["private_network"]
    assert found["status"] == "ready" and UUID.fullmatch(found["ipam_ids"][0])
    assert found["dhcp_config"] == {"ip_id": found["ipam_ids"][0]}
    assert set(found) == set(answer)


def test_a_private_network_keeps_the_address_that_is_given(api):
    ipam = "cccccccc-0000-4000-8000-000000000001"
    answer = attach(api, api.lb(), ipam_ids=[ipam])
    assert answer["ipam_ids"] == [ipam] and answer["dhcp_config"] == {"ip_id": ipam}


def test_a_detached_network_is_counted_until_it_has_left(paced):
    made = paced.do("POST", "lbs", {"name": "web"})
    paced.pass_time("5s")
    attach(paced, made)
    paced.pass_time("5s")
    assert detach(paced, made) is None
    [found] = paced.get(f"lbs/{made['id']}/private-networks")["private_network"]
    assert found["status"] == "pending" and found["lb"]["private_network_count"] == 1
    assert paced.get(f"lbs/{made['id']}")["status"] == "ready"
    paced.pass_time("5s")
    assert paced.get(f"lbs/{made['id']}/private-networks")["private_network"] == []
    assert paced.get(f"lbs/{made['id']}")["private_network_count"] == 0


def test_a_subscriber_has_one_way_to_be_told(api):
    made = api.do(
        "POST", "subscribers", {"name": "ops", "email_config": {"email": "a@example.com"}}
    )
    assert rest(made, {"name": "ops", "email_config": {"email": "a@example.com"}}).keys() == {"id"}
    body = {"name": "web", "webhook_config": {"uri": "https://example.com/"}}
    changed = api.do("PUT", f"subscribers/{made['id']}", body)
    assert changed == {"id": made["id"], **body} == api.get(f"subscribers/{made['id']}")
    lb = api.lb()
    told = api.do("POST", f"lb/{lb['id']}/subscribe", {"subscriber_id": made["id"]})
    assert told["subscriber"] == changed == api.get(f"lbs/{lb['id']}")["subscriber"]
    assert api.do("DELETE", f"lb/{lb['id']}/unsubscribe")["subscriber"] is None
    word = "subscriber" if api.place.startswith("regions") else "subscription"
    assert api.do("DELETE", f"lb/{word}/{made['id']}") is None
    assert api.get("subscribers")["subscribers"] == []


def test_types_and_their_bandwidth(api):
    types = {one["name"]: one for one in api.get("lb-types")["lb_types"]}
    assert list(types) == ["lb-s", "lb-gp-m", "lb-gp-l", "lb-gp-xl"]
    assert types["lb-gp-l"]["bandwidth"] == 1_000_000_000 and types["lb-gp-l"]["multicloud"]
    assert types["lb-s"]["stock_status"] == "available" and not types["lb-s"]["multicloud"]


def test_statistics_of_servers_before_and_after_they_can_have_been_checked(paced):
    lb = paced.do("POST", "lbs", {"name": "web"})
    paced.pass_time("5s")
    backend = paced.backend(lb, server_ip=["10.0.0.1", "10.0.0.2"])
    other = paced.backend(lb, "other")
    stats = paced.get(f"lbs/{lb['id']}/stats")
    assert set(stats) == {"backend_servers_stats"}
    assert len(stats["backend_servers_stats"]) == 3
    item = stats["backend_servers_stats"][0]
    assert re.fullmatch(r"[0-9T:-]+Z", item.pop("server_state_changed_at"))
    instance_id = item.pop("instance_id")
    assert UUID.fullmatch(instance_id)
    assert instance_id != paced.get(f"lbs/{lb['id']}")["instances"][0]["id"]
    assert item == {
        "backend_id": backend["id"],
        "ip": "10.0.0.1",
        "server_state": "stopped",
        "last_health_check_status": "unknown",
    }
    paced.pass_time("7s")
    page = paced.get(f"lbs/{lb['id']}/backend-stats", backend_id=other["id"])
    assert page["total_count"] == 1
    [item] = page["backend_servers_stats"]
    assert (item["backend_id"], item["server_state"]) == (other["id"], "running")
    assert item["instance_id"] == instance_id
    assert item["last_health_check_status"] == "passed"


def test_an_order_starts_pending_with_zero_dates_and_ends_ready(api):
    lb = api.lb()
    names = {"common_name": own_name(lb), "subject_alternative_name": [f"www.{own_name(lb)}"]}
    made = api.certificate(lb, letsencrypt=names)
    zero = "0001-01-01T00:00:00Z"
    assert rest(made, {
        "name": "web", "type": "letsencrypt", "status": "pending", "status_details": None,
        "fingerprint": "", "not_valid_before": zero, "not_valid_after": zero, **names,
    }).keys() == {"id", "lb", "created_at", "updated_at"}  # fmt: skip
    found = api.settled(f"certificates/{made['id']}")
    assert found["status"] == "ready" and re.fullmatch("[0-9a-f]{40}", found["fingerprint"])
    assert set(found) == set(made)


def test_an_imported_certificate_shows_its_dns_names_alone_and_is_ready_even_if_it_has_ended(api):
    of_other_sorts = [IPAddress(ip_address("10.100.0.1")), RFC822Name("a@example.com")]
    names = [*of_other_sorts, DNSName("b.example.com"), DNSName("a.example.com")]
    made = api.imported(api.lb(), Issued("www.example.com", days=-100, others=names))
    assert rest(made, {
        "name": "web", "type": "custom", "status": "ready", "status_details": None,
        "fingerprint": "", "common_name": "b.example.com",
        "subject_alternative_name": ["a.example.com"],
        "not_valid_before": f"{NOW - timedelta(days=200):%Y-%m-%dT%H:%M:%SZ}",
        "not_valid_after": f"{NOW - timedelta(days=100):%Y-%m-%dT%H:%M:%SZ}",
    }).keys() == {"id", "lb", "created_at", "updated_at"}  # fmt: skip
    assert api.get(f"certificates/{made['id']}")["fingerprint"] == ""


def test_null_for_a_list_is_an_empty_one(api):
    lb = api.lb(tags=None, ip_ids=None)
    assert lb["tags"] == []
    made = api.certificate(
        lb, letsencrypt={"common_name": own_name(lb), "subject_alternative_name": None}
    )
    assert made["subject_alternative_name"] == []


def test_types_are_taken_in_any_case_and_answered_in_lower_case(api):
    assert api.lb(type="LB-GP-M")["type"] == "lb-gp-m"


def test_unknown_is_said_by_go_where_nothing_is_said(api):
    lb = api.lb(ssl_compatibility_level="ssl_compatibility_level_unknown")
    assert lb["ssl_compatibility_level"] == "ssl_compatibility_level_intermediate"


def test_fields_that_the_api_does_not_know_are_ignored(api):
    assert "colour" not in api.lb(colour="red")


def embedded(answer, *path):
    for key in path:
        answer = answer[key]
    return bool(answer["instances"])


def test_which_embedded_load_balancers_have_instances(zoned):
    """The table of what was recorded; no exception to it was found."""
    lb = zoned.lb()
    certificate, backend = zoned.issued(lb), zoned.backend(lb)
    frontend = zoned.frontend(lb, backend, 443, certificate_ids=[certificate["id"]])
    rule = zoned.acl(frontend)
    attached = attach(zoned, lb)
    body = {
        "name": "x",
        "inbound_port": 443,
        "backend_id": backend["id"],
        "certificate_ids": [certificate["id"]],
    }
    five = ("name", "forward_protocol", "forward_port", "forward_port_algorithm", "sticky_sessions")
    put = {
        "frontend": zoned.do("PUT", f"frontends/{frontend['id']}", body),
        "backend": zoned.do("PUT", f"backends/{backend['id']}", {key: backend[key] for key in five}),
        "acl": zoned.do("PUT", f"acls/{rule['id']}", {"name": "a", "index": 1, "action": {"type": "allow"}}),
        "certificate": zoned.do("PUT", f"certificates/{certificate['id']}", {"name": "c"}),
    }  # fmt: skip
    got = {
        kind: zoned.get(f"{kind}s/{key}")
        for kind, key in (("frontend", frontend["id"]), ("backend", backend["id"]),
                          ("acl", rule["id"]), ("certificate", certificate["id"]))
    }  # fmt: skip
    listed = {
        kind: zoned.get(f"lbs/{lb['id']}/{kind}s")[f"{kind}s"][0]
        for kind in ("frontend", "backend", "certificate")
    }
    listed["acl"] = zoned.get(f"frontends/{frontend['id']}/acls")["acls"][0]
    network = zoned.get(f"lbs/{lb['id']}/private-networks")["private_network"][0]
    posted = {"certificate": zoned.certificate(lb, name="d")}

    filled = {
        "POST backend": embedded(backend, "lb"),
        "GET backend": embedded(got["backend"], "lb"),
        "PUT backend": embedded(put["backend"], "lb"),
        "list backends": embedded(listed["backend"], "lb"),
        "list frontends": embedded(listed["frontend"], "lb"),
        "list frontends, backend": embedded(listed["frontend"], "backend", "lb"),
        "POST frontend": embedded(frontend, "lb"),
        "POST frontend, certificate": embedded(frontend, "certificate", "lb"),
        "PUT frontend": embedded(put["frontend"], "lb"),
        "PUT frontend, certificate": embedded(put["frontend"], "certificate", "lb"),
        "POST certificate": embedded(posted["certificate"], "lb"),
        "attach": embedded(attached, "lb"),
        "PUT acl, frontend": embedded(put["acl"], "frontend", "lb"),
    }
    empty = {
        "GET frontend": embedded(got["frontend"], "lb"),
        "GET frontend, backend": embedded(got["frontend"], "backend", "lb"),
        "GET frontend, certificate": embedded(got["frontend"], "certificate", "lb"),
        "POST frontend, backend": embedded(frontend, "backend", "lb"),
        "PUT frontend, backend": embedded(put["frontend"], "backend", "lb"),
        "GET acl": embedded(got["acl"], "frontend", "lb"),
        "POST acl": embedded(rule, "frontend", "lb"),
        "POST acl, backend": embedded(rule, "frontend", "backend", "lb"),
        "list acls": embedded(listed["acl"], "frontend", "lb"),
        "PUT acl, backend": embedded(put["acl"], "frontend", "backend", "lb"),
        "GET certificate": embedded(got["certificate"], "lb"),
        "PUT certificate": embedded(put["certificate"], "lb"),
        "list certificates": embedded(listed["certificate"], "lb"),
        "list private networks": embedded(network, "lb"),
    }
    assert [what for what, has in filled.items() if not has] == []
    assert [what for what, has in empty.items() if has] == []


def test_the_keys_of_an_answer_are_in_alphabetical_order_at_every_depth(api):
    lb = api.lb()
    answer = api.ask("GET", f"frontends/{api.frontend(lb, api.backend(lb))['id']}")
    assert answer.raw.decode() == json.dumps(answer.body, separators=(",", ":"), sort_keys=True)


def test_a_success_has_the_headers_of_the_api_and_no_count(api):
    lb = api.ask("POST", "lbs", {"name": "web"})
    assert lb.status == 200
    gone = api.ask("DELETE", f"lbs/{lb.body['id']}")
    assert (gone.status, gone.raw) == (204, b"")
    for answer in (lb, gone, api.ask("GET", "lbs/none")):
        assert answer.headers["content-type"] == "application/json"
        assert UUID.fullmatch(answer.headers["x-request-id"])
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not {"x-total-count", "link", "location"} & answer.headers.keys()
    assert "content-length" not in gone.headers
