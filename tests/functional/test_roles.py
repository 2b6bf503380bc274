"""Roles and playbooks: each does its recipe once, follows its variables, and takes it back."""

import json
import os
import re
from pathlib import Path

import pytest
import yaml
from cloud import Run
from pki import bundle, custom

ROOT = Path(__file__).resolve().parents[2]
SERVERS = ["10.0.0.1", "10.0.0.2"]
ROLES = ["ssl_offload", "ssl_passthrough"]
DENY = {"name": "deny", "action": {"type": "deny"}, "match": {"ip_subnet": ["192.0.2.0/24"]}}
PUT_RECORD = {
    "name": "Create the record",
    "ansible.builtin.uri": {
        "url": "{{ lookup('env', 'SCW_API_URL') }}/_emulator/dns/{{ item }}",
        "method": "PUT",
        "body_format": "json",
        "body": {"address": "{{ ip_address }}"},
        "status_code": [200, 201, 204],
    },
    "loop": "{{ domains }}",
}


@pytest.fixture
def role(play, tmp_path):
    """Run a role, with its name put before each variable, and read what it returned."""

    def run(name, /, *arguments, fails=False, **variables):
        written = tmp_path / "result.json"
        written.unlink(missing_ok=True)
        tasks = [
            {"ansible.builtin.include_role": {"name": f"scaleway_community.lb.{name}"}},
            {
                "ansible.builtin.copy": {
                    "content": f"{{{{ {name}_result | to_json }}}}",
                    "dest": str(written),
                    "mode": "0600",
                },
                "when": f"{name}_result is defined",
                "changed_when": False,
            },
        ]
        prefixed = {f"{name}_{key}": value for key, value in variables.items()}
        process = play(tasks, *arguments, variables={f"{name}_servers": SERVERS, **prefixed})
        result = json.loads(written.read_text()) if written.exists() else None
        outcome = Run(process, result)
        assert outcome.ok != fails, outcome.output
        return outcome

    return run


def account(cloud):
    """All there is: the addresses, and each load balancer with what is on it, by name."""
    found = {"ips": cloud.api("GET", "ips")["ips"]}
    for load_balancer in cloud.api("GET", "lbs")["lbs"]:
        there = {"load_balancer": load_balancer}
        for kind in ("backends", "frontends", "certificates"):
            items = cloud.api("GET", f"lbs/{load_balancer['id']}/{kind}")[kind]
            there[kind] = {item["name"]: item for item in items}
        for frontend in there["frontends"].values():
            acls = cloud.api("GET", f"frontends/{frontend['id']}/acls")["acls"]
            frontend["acls"] = [acl["name"] for acl in sorted(acls, key=lambda acl: acl["index"])]
        found[load_balancer["name"]] = there
    return found


def settles(cloud, playbook, name):
    """Check a playbook (nothing is written), run it, run it again (nothing is written)."""
    variables = {f"{name}_servers": SERVERS}
    with cloud.watched() as writes:
        assert playbook(name, "--check", "--diff", **variables).changed > 0
    assert writes == []
    made = playbook(name, **variables)
    assert made.changed > 0 and "WARNING" not in made.output
    with cloud.watched() as writes:
        assert playbook(name, **variables).changed == 0
    assert writes == []
    return made


def test_the_offload_playbook_needs_nothing_but_the_servers(cloud, playbook):
    made = settles(cloud, playbook, "ssl_offload")
    site = account(cloud)["ssl-offload"]
    address = site["load_balancer"]["ip"][0]["ip_address"]
    own_name = f"{address.replace('.', '-')}.lb.fr-par.scw.cloud"
    backend = site["backends"]["ssl-offload"]
    assert (backend["forward_protocol"], backend["forward_port"]) == ("http", 80)
    assert backend["pool"] == SERVERS
    assert "http_config" in backend["health_check"]
    plain, encrypted = site["frontends"]["ssl-offload-http"], site["frontends"]["ssl-offload-https"]
    assert (plain["inbound_port"], plain["acls"]) == (80, ["to-https"])
    certificate = site["certificates"]["ssl-offload"]
    assert (certificate["type"], certificate["common_name"]) == ("letsencrypt", own_name)
    assert (encrypted["inbound_port"], encrypted["acls"]) == (443, [])
    assert encrypted["certificate_ids"] == [certificate["id"]]
    assert f"https://{own_name}" in made.output
    assert address in made.output


def test_check_mode_says_that_a_certificate_to_be_ordered_has_no_end_yet(cloud, playbook):
    variables = {"ssl_offload_servers": SERVERS}
    playbook("ssl_offload", **variables)
    checked = playbook(
        "ssl_offload", "--check", ssl_offload_domains="shop.example.com", **variables
    )
    assert "valid until:  not known before it is issued" in checked.output


def test_the_passthrough_playbook_needs_nothing_but_the_servers(cloud, playbook):
    made = settles(cloud, playbook, "ssl_passthrough")
    site = account(cloud)["ssl-passthrough"]
    backend = site["backends"]["ssl-passthrough"]
    assert (backend["forward_protocol"], backend["forward_port"]) == ("tcp", 443)
    assert backend["pool"] == SERVERS
    assert not backend["ssl_bridging"]
    frontend = site["frontends"]["ssl-passthrough"]
    assert (frontend["inbound_port"], frontend["certificate_ids"]) == (443, [])
    assert site["certificates"] == {}
    assert site["load_balancer"]["ip"][0]["ip_address"] in made.output


def test_the_offload_role_returns_where_the_site_is(cloud, role):
    result = role("ssl_offload", name="shop").result
    site = account(cloud)["shop"]
    assert result["ip_address"] == site["load_balancer"]["ip"][0]["ip_address"]
    assert result["load_balancer"]["id"] == site["load_balancer"]["id"]
    assert result["certificate"]["id"] == site["certificates"]["shop"]["id"]
    assert result["url"] == f"https://{result['certificate']['common_name']}"


def test_the_passthrough_role_returns_where_the_site_is(cloud, role):
    result = role("ssl_passthrough", name="shop").result
    site = account(cloud)["shop"]
    [ip] = site["load_balancer"]["ip"]
    assert set(result) == {"ip_address", "url", "load_balancer"}
    assert result["load_balancer"]["id"] == site["load_balancer"]["id"]
    assert (result["ip_address"], result["url"]) == (ip["ip_address"], f"https://{ip['reverse']}")


def converges(cloud, role, name, **variables):
    """Run a role with other variables, then again: the second run writes nothing."""
    before = account(cloud)["shop"]["load_balancer"]["id"]
    assert role(name, name="shop", **variables).changed > 0
    with cloud.watched() as writes:
        assert role(name, name="shop", **variables).changed == 0
    assert writes == []
    site = account(cloud)["shop"]
    assert site["load_balancer"]["id"] == before
    return site


def test_the_passthrough_role_follows_its_variables(cloud, role):
    role("ssl_passthrough", name="shop")
    site = converges(
        cloud,
        role,
        "ssl_passthrough",
        type="LB-GP-M",
        tags=["shop", "production"],
        ssl_compatibility_level="modern",
        servers=["10.0.0.3"],
        server_port=8443,
        proxy_protocol="v2",
        health_check={"check_delay": "5s", "https_config": {"uri": "/health", "method": "GET"}},
        acls=[DENY],
        backend={"sticky_sessions": "table", "timeout_server": "30s"},
        frontend={"timeout_client": "10s", "connection_rate_limit": 100},
    )
    load_balancer = site["load_balancer"]
    assert (load_balancer["type"], load_balancer["tags"]) == ("lb-gp-m", ["shop", "production"])
    assert load_balancer["ssl_compatibility_level"] == "ssl_compatibility_level_modern"
    backend, frontend = site["backends"]["shop"], site["frontends"]["shop"]
    assert (backend["pool"], backend["forward_port"]) == (["10.0.0.3"], 8443)
    assert backend["proxy_protocol"] == "proxy_protocol_v2"
    assert (backend["sticky_sessions"], backend["timeout_server"]) == ("table", 30_000)
    check = backend["health_check"]
    assert (check["port"], check["check_delay"]) == (8443, 5_000)
    assert check["https_config"]["uri"] == "/health"
    assert frontend["acls"] == ["deny"]
    assert (frontend["timeout_client"], frontend["connection_rate_limit"]) == (10_000, 100)

    site = converges(cloud, role, "ssl_passthrough")
    backend, frontend = site["backends"]["shop"], site["frontends"]["shop"]
    assert (backend["pool"], backend["forward_port"]) == (SERVERS, 443)
    assert backend["proxy_protocol"] == "proxy_protocol_none"
    assert "tcp_config" in backend["health_check"]
    assert frontend["acls"] == []


def test_the_offload_role_follows_its_variables(cloud, role, tmp_path):
    records = tmp_path / "records.yml"
    records.write_text(json.dumps([PUT_RECORD]))
    role("ssl_offload", name="shop")
    site = converges(
        cloud,
        role,
        "ssl_offload",
        servers=["10.0.0.3"],
        server_port=8080,
        health_check={"http_config": {"uri": "/health", "method": "GET", "code": 204}},
        sticky_sessions="cookie",
        domains=["shop.example.test", "www.shop.example.test"],
        dns_tasks=str(records),
        dns_timeout=1,
        acls=[DENY],
        backend={"sticky_sessions_cookie_name": "server", "forward_port_algorithm": "leastconn"},
        frontend={"enable_http3": True},
    )
    backend, certificate = site["backends"]["shop"], site["certificates"]["shop"]
    assert (backend["pool"], backend["forward_port"]) == (["10.0.0.3"], 8080)
    assert backend["health_check"]["http_config"]["code"] == 204
    assert backend["sticky_sessions"] == "cookie"
    assert backend["sticky_sessions_cookie_name"] == "server"
    assert backend["forward_port_algorithm"] == "leastconn"
    assert certificate["common_name"] == "shop.example.test"
    assert certificate["subject_alternative_name"] == ["www.shop.example.test"]
    assert site["frontends"]["shop-http"]["acls"] == ["deny", "to-https"]
    encrypted = site["frontends"]["shop-https"]
    assert (encrypted["acls"], encrypted["enable_http3"]) == (["deny"], True)
    assert encrypted["certificate_ids"] == [certificate["id"]]

    site = converges(cloud, role, "ssl_offload", redirect_http=False)
    assert set(site["frontends"]) == {"shop-https"}
    assert site["frontends"]["shop-https"]["acls"] == []
    assert site["certificates"]["shop"]["common_name"].endswith(".lb.fr-par.scw.cloud")


def test_certificates_of_any_source_take_each_others_place(cloud, role):
    role("ssl_offload", name="shop")
    first = {"source": "custom", **custom("shop.example.test")}
    imported = role("ssl_offload", "-vvv", name="shop", certificate=first)
    assert first["private_key"].split("\n")[1] not in imported.output
    assert imported.result["url"] == "https://shop.example.test"
    leaf = custom("new.example.test", days=30)
    pem = leaf["private_key"] + leaf["certificate"] + leaf["chain"]
    for certificate, kind, common_name in [
        ({"source": "custom", "bundle": pem}, "custom", "new.example.test"),
        ({"source": "letsencrypt"}, "letsencrypt", r".*\.lb\.fr-par\.scw\.cloud"),
    ]:
        site = converges(cloud, role, "ssl_offload", certificate=certificate)
        assert set(site["certificates"]) == {"shop"}
        there = site["certificates"]["shop"]
        assert there["type"] == kind
        assert re.fullmatch(common_name, there["common_name"])
        assert site["frontends"]["shop-https"]["certificate_ids"] == [there["id"]]


def test_a_name_that_leads_elsewhere_is_told_with_the_record_to_create(cloud, role):
    failed = role("ssl_offload", name="shop", domains=["localhost"], fails=True)
    site = account(cloud)["shop"]
    address = site["load_balancer"]["ip"][0]["ip_address"]
    assert f"localhost. A {address}" in " ".join(failed.output.split())
    assert site["certificates"] == {}


@pytest.mark.parametrize("name", ROLES)
def test_a_role_waits_for_its_servers_if_it_is_asked_to(cloud, role, name):
    asked_to = {"wait_for_servers": "true"}
    with cloud.watched() as writes:
        assert role(name, "--check", **asked_to).changed > 0
    assert writes == []
    for options, waits in (({}, False), (asked_to, True)):
        with cloud.watched(reads=True) as asked:
            role(name, **options)
        assert ("ListBackendStats" in [entry["operation"] for entry in asked]) is waits


def test_a_role_works_in_the_zone_and_the_project_it_is_given(role):
    project_id = "77777777-8888-4999-8aaa-000000000000"
    result = role("ssl_passthrough", zone="nl-ams-1", project_id=project_id).result
    load_balancer = result["load_balancer"]
    assert (load_balancer["zone"], load_balancer["project_id"]) == ("nl-ams-1", project_id)
    assert load_balancer["ip"][0]["project_id"] == project_id


def attached(cloud, load_balancer):
    """The private networks of a load balancer, and the addresses that were asked for there."""
    found = cloud.api("GET", f"lbs/{load_balancer['id']}/private-networks")["private_network"]
    return {row["private_network_id"]: row["ipam_ids"] for row in found}


@pytest.mark.parametrize("name", ROLES)
def test_the_load_balancer_is_in_the_private_networks_that_are_listed_and_no_other(
    cloud, role, name
):
    first, second, address = (f"{number}1111111-2222-4333-8444-555555555555" for number in "123")
    role(name, name="shop")
    there = converges(
        cloud, role, name, private_networks=[{"private_network_id": f"fr-par/{first}"}]
    )
    assert attached(cloud, there["load_balancer"]).keys() == {first}
    networks = [{"private_network_id": second, "ipam_ids": [address]}]
    there = converges(cloud, role, name, private_networks=networks)
    assert attached(cloud, there["load_balancer"]) == {second: [address]}
    there = converges(cloud, role, name, private_networks=[])
    assert attached(cloud, there["load_balancer"]) == {}


@pytest.mark.parametrize("name", ROLES)
def test_a_load_balancer_that_is_there_keeps_its_private_networks(cloud, role, inside, name):
    own, added = (f"{number}1111111-2222-4333-8444-555555555555" for number in "12")
    load_balancer = inside("load_balancer", name="mine")["load_balancer"]
    inside("private_network", load_balancer="mine", private_network_id=own)
    networks = [{"private_network_id": added}]
    role(name, name="shop", load_balancer="mine", private_networks=networks)
    assert attached(cloud, load_balancer).keys() == {own, added}
    assert role(name, name="shop", load_balancer="mine", private_networks=networks).changed == 0
    role(name, name="shop", load_balancer="mine", private_networks=networks, state="absent")
    assert attached(cloud, load_balancer).keys() == {own, added}


@pytest.mark.parametrize("by", ["ip_address", "id"])
def test_an_address_that_was_reserved_before_is_used(cloud, role, inside, by):
    reserved = inside("ip", tags=["mine"])["ip"]
    result = role("ssl_passthrough", name="shop", ip=reserved[by]).result
    assert result["ip_address"] == reserved["ip_address"]
    assert [ip["id"] for ip in account(cloud)["ips"]] == [reserved["id"]]


def test_an_address_is_known_by_its_tags(role, inside):
    reserved = inside("ip", tags=["shop", "mine"])["ip"]
    result = role("ssl_passthrough", name="shop", ip=["mine", "shop"]).result
    assert result["ip_address"] == reserved["ip_address"]


def test_everything_goes_on_a_load_balancer_that_is_there(cloud, role, inside):
    there = inside("load_balancer", name="web", type="LB-GP-M", tags=["mine"])["load_balancer"]
    made = role("ssl_offload", name="shop", load_balancer="web")
    assert made.result["load_balancer"]["id"] == there["id"]
    assert made.result["ip_address"] == there["ip"][0]["ip_address"]
    site = account(cloud)["web"]
    assert set(site["frontends"]) == {"shop-http", "shop-https"}
    assert (site["load_balancer"]["type"], site["load_balancer"]["tags"]) == ("lb-gp-m", ["mine"])
    assert role("ssl_offload", name="shop", load_balancer=there["id"]).changed == 0
    role("ssl_offload", name="shop", load_balancer="web", state="absent")
    site = account(cloud)["web"]
    assert site["backends"] == site["frontends"] == site["certificates"] == {}
    assert len(account(cloud)["ips"]) == 1


@pytest.mark.parametrize("name", ROLES)
def test_teardown_wants_to_be_confirmed_and_keeps_the_address(cloud, playbook, name):
    playbook(name, **{f"{name}_servers": SERVERS, f"{name}_name": "shop"})
    with cloud.watched() as writes:
        refused = playbook("teardown", "-e", f"{name}_name=shop", fails=True)
    assert writes == []
    assert "confirm=yes" in refused.output
    playbook("teardown", "-e", f"{name}_name=shop", "-e", "confirm=yes")
    there = account(cloud)
    assert set(there) == {"ips"}
    assert [ip["lb_id"] for ip in there["ips"]] == [None]
    with cloud.watched() as writes:
        assert playbook("teardown", "-e", f"{name}_name=shop", "-e", "confirm=yes").changed == 0
    assert writes == []


@pytest.mark.parametrize("name", ROLES)
def test_a_role_releases_the_address_if_it_is_told_to(cloud, role, name):
    role(name, name="shop")
    role(name, name="shop", state="absent", release_ip=True)
    assert account(cloud) == {"ips": []}


@pytest.mark.parametrize("name", ROLES)
def test_teardown_deletes_a_load_balancer_whole_whatever_else_is_on_it(
    cloud, playbook, inside, name
):
    playbook(name, **{f"{name}_servers": SERVERS, f"{name}_name": "shop"})
    served = {"certificates": ["shop"]} if name == "ssl_offload" else {}
    other = {"load_balancer": "shop", "name": "extra", "inbound_port": 8443, "backend": "shop"}
    assert inside("frontend", **other, **served)["changed"]
    playbook("teardown", "-e", f"{name}_name=shop", "-e", "confirm=yes")
    assert set(account(cloud)) == {"ips"}


@pytest.mark.parametrize("name", ROLES)
def test_teardown_says_that_there_was_nothing_of_this_name(cloud, playbook, inside, name):
    there = {f"{name}_name": "shopp", "confirm": "yes"}
    done = playbook("teardown", **there, **{f"{name}_zone": "nl-ams-1"})
    assert "There was no load balancer shopp in nl-ams-1." in done.output
    inside("load_balancer", name="web")
    done = playbook("teardown", **there, **{f"{name}_load_balancer": "web"})
    assert "There was no backend shopp on load balancer web." in done.output
    done = playbook("teardown", **{f"{name}_name": "web", "confirm": "yes"})
    assert done.changed == 1 and "There was no" not in done.output


def test_teardown_wants_to_be_told_of_what(cloud, playbook):
    refused = playbook("teardown", "-e", "confirm=yes", fails=True)
    assert "ssl_offload_name=NAME" in refused.output
    # a survey gives what was not answered as an empty text
    empty = {f"{name}_name": "" for name in ROLES}
    assert "ssl_offload_name=NAME" in playbook("teardown", confirm=True, fails=True, **empty).output
    assert cloud.journal(reads=True) == []


def test_a_certificate_is_replaced_on_a_live_load_balancer(cloud, role, playbook, tmp_path):
    role("ssl_offload", name="shop", certificate={"source": "custom", **custom("old.example.test")})
    leaf = custom("new.example.test")
    file = tmp_path / "shop.pem"
    file.write_text(leaf["private_key"] + leaf["certificate"] + leaf["chain"])
    variables = {
        "load_balancer": "shop",
        "certificate": "shop",
        "bundle_file": os.path.relpath(file, ROOT),
    }
    replaced = playbook("import_certificate", "-vvv", **variables)
    assert "new.example.test" in replaced.output
    assert leaf["private_key"].split("\n")[1] not in replaced.output
    site = account(cloud)["shop"]
    assert site["certificates"]["shop"]["common_name"] == "new.example.test"
    certificate_ids = site["frontends"]["shop-https"]["certificate_ids"]
    assert certificate_ids == [site["certificates"]["shop"]["id"]]
    with cloud.watched() as writes:
        assert playbook("import_certificate", **variables).changed == 0
    assert writes == []


def test_a_certificate_whose_name_is_mistyped_is_not_imported_beside_the_right_one(
    cloud, role, playbook
):
    variables = {"load_balancer": "shop", "zone": "nl-ams-1", "bundle": bundle("new.example.test")}
    role("ssl_offload", name="shop", zone="nl-ams-1")
    with cloud.watched() as writes:
        refused = playbook("import_certificate", certificate="shpo", **variables, fails=True)
    said = " ".join(refused.output.split())
    assert "Load balancer shop has no certificate shpo. It has: shop. " in said
    assert "-e create=true" in said
    assert writes == []
    playbook("import_certificate", certificate="first", create="true", **variables)
    [shop] = cloud.api("GET", "lbs", zone="nl-ams-1")["lbs"]
    found = cloud.api("GET", f"lbs/{shop['id']}/certificates", zone="nl-ams-1")["certificates"]
    assert {one["name"]: one["type"] for one in found} == {"shop": "letsencrypt", "first": "custom"}


def test_an_import_that_was_killed_before_the_new_certificate_had_its_name_is_taken_up(
    cloud, inside, playbook
):
    pem = bundle("new.example.test")
    shop = inside("load_balancer", name="shop")["load_balancer"]["id"]
    made = {"name": "shop.next", "custom_certificate": {"certificate_chain": pem}}
    cloud.api("POST", f"lbs/{shop}/certificates", made)
    playbook("import_certificate", load_balancer="shop", certificate="shop", bundle=pem)
    assert account(cloud)["shop"]["certificates"].keys() == {"shop"}


REFUSED = {
    "no servers": ("ssl_offload", {"servers": None}, "ssl_offload_servers"),
    "an empty list of servers": (
        "ssl_offload",
        {"servers": []},
        "ssl_offload_servers: give the IP addresses",
    ),
    "an empty text of servers, passed through": (
        "ssl_passthrough",
        {"servers": "\n"},
        "ssl_passthrough_servers: give the IP addresses",
    ),
    "an empty address": ("ssl_offload", {"ip": ""}, "ssl_offload_ip is empty"),
    "an empty address, passed through": (
        "ssl_passthrough",
        {"ip": ""},
        "ssl_passthrough_ip is empty",
    ),
    "an empty name": ("ssl_offload", {"name": ""}, "ssl_offload_name is empty"),
    "an empty name, passed through": (
        "ssl_passthrough",
        {"name": ""},
        "ssl_passthrough_name is empty",
    ),
    "a URL as a domain": (
        "ssl_offload",
        {"domains": ["https://shop.example.com/", "www.example.com"]},
        "ssl_offload_domains: https://shop.example.com/ is more than a name. Give shop.example.com.",
    ),
    "a task file that is not there": (
        "ssl_offload",
        {"dns_tasks": "nope.yml"},
        "ssl_offload_dns_tasks: there is no file",
    ),
    "a server by name": (
        "ssl_offload",
        {"servers": ["web-1.example.test"]},
        "ssl_offload_servers: give the IP addresses",
    ),
    "a server by name, passed through": (
        "ssl_passthrough",
        {"servers": ["web-1.example.test"]},
        "ssl_passthrough_servers: give the IP addresses",
    ),
    "a port out of range": (
        "ssl_offload",
        {"server_port": 70000},
        "70000 is not between 1 and 65535",
    ),
    "a port out of range, passed through": (
        "ssl_passthrough",
        {"server_port": 0},
        "0 is not between 1 and 65535",
    ),
    "a port that is no number": (
        "ssl_offload",
        {"server_port": "http"},
        "argument 'ssl_offload_server_port' is of type str",
    ),
    "a wildcard from Let's Encrypt": (
        "ssl_offload",
        {"domains": ["*.example.test"]},
        "cannot order wildcards",
    ),
    "an unknown source": (
        "ssl_offload",
        {"certificate": {"source": "self-signed"}},
        "value of source must be one of: letsencrypt, custom",
    ),
    "no source": (
        "ssl_offload",
        {"certificate": {"bundle": "PEM"}},
        "missing required arguments: source",
    ),
    "a certificate of another authority that is not given": (
        "ssl_offload",
        {"certificate": {"source": "custom"}},
        "source is custom but any of the following are missing: bundle, private_key",
    ),
    "an unknown stickiness": (
        "ssl_offload",
        {"sticky_sessions": "ip"},
        "value of ssl_offload_sticky_sessions must be one of",
    ),
    "another protocol than HTTP": (
        "ssl_offload",
        {"backend": {"forward_protocol": "tcp"}},
        "ssl_offload_backend.forward_protocol",
    ),
    "an unknown check": (
        "ssl_offload",
        {"health_check": {"icmp_config": {}}},
        "ssl_offload_health_check.icmp_config",
    ),
    "an unknown action": (
        "ssl_offload",
        {"acls": [{"name": "x", "action": {"type": "drop"}}]},
        "value of type must be one of: allow, deny, redirect",
    ),
    "an unknown state": (
        "ssl_offload",
        {"state": "gone"},
        "value of ssl_offload_state must be one of",
    ),
    "a cookie passed through": (
        "ssl_passthrough",
        {"backend": {"sticky_sessions": "cookie"}},
        "value of sticky_sessions must be one of: none, table",
    ),
    "a certificate passed through": (
        "ssl_passthrough",
        {"frontend": {"certificates": ["shop"]}},
        "ssl_passthrough_frontend.certificates",
    ),
    "an unknown PROXY protocol": (
        "ssl_passthrough",
        {"proxy_protocol": "v3"},
        "value of ssl_passthrough_proxy_protocol must be one of",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_role_refuses_before_the_first_call(cloud, role, case):
    name, variables, message = REFUSED[case]
    assert message in " ".join(role(name, fails=True, **variables).output.split())
    assert cloud.journal(reads=True) == []


LEAF, OTHER, OVER = custom("shop.example.test"), custom("b.example.test"), custom("c.test", -1)


REFUSED_UNMADE = {
    "an address": (
        "ssl_offload",
        {"servers": "10.0.0.1,10.0.0.300"},
        "'10.0.0.300' is not an IP address",
    ),
    "an address, passed through": (
        "ssl_passthrough",
        {"servers": ["10.0.0.300"]},
        "'10.0.0.300' is not an IP address",
    ),
    "the key of another certificate": (
        "ssl_offload",
        {"certificate": {"source": "custom", **LEAF, "private_key": OTHER["private_key"]}},
        "the private key matches none of the certificates",
    ),
    "a certificate that has expired": (
        "ssl_offload",
        {"certificate": {"source": "custom", "bundle": "".join(OVER.values())}},
        "the certificate of CN=c.test expired on",
    ),
    "a domain that is no host name": (
        "ssl_offload",
        {"domains": ["münchen.example.com"]},
        "münchen.example.com is not ASCII",
    ),
    "two checks at once": (
        "ssl_offload",
        {"health_check": {"tcp_config": {}, "http_config": {"uri": "/"}}},
        "health_check",
    ),
    "an option of the backend": (
        "ssl_offload",
        {"backend": {"timeout_server": "5 minutes"}},
        "backends[0].timeout_server: '5 minutes' is not a duration",
    ),
    "an option of the frontend": (
        "ssl_passthrough",
        {"frontend": {"timeout_client": "soon"}},
        "frontends[0].timeout_client: 'soon' is not a duration",
    ),
    "a redirect that leads nowhere": (
        "ssl_offload",
        {"acls": [{"name": "away", "action": {"type": "redirect"}, "match": {"invert": True}}]},
        "acls[0]",
    ),
    "a private network": (
        "ssl_passthrough",
        {"private_networks": [{"private_network_id": "nonsense"}]},
        "private_networks[0].private_network_id: 'nonsense' is not an ID",
    ),
    "a type": ("ssl_offload", {"type": "LB-M"}, "ssl_offload_type: LB-M is none of LB-"),
}


@pytest.mark.parametrize("case", REFUSED_UNMADE)
def test_a_role_refuses_before_anything_is_made(cloud, role, case):
    name, variables, message = REFUSED_UNMADE[case]
    refused = role(name, fails=True, **variables)
    assert message in " ".join(refused.output.split())
    assert account(cloud) == {"ips": []}
    role(name)
    with cloud.watched() as writes:
        role(name, fails=True, **{"server_port": 8080, **variables})
    assert writes == []


@pytest.mark.parametrize("name", ROLES)
@pytest.mark.parametrize("checked", [(), ("--check",)], ids=["run", "check"])
def test_a_load_balancer_that_has_another_address_is_not_taken_over(
    cloud, role, inside, name, checked
):
    inside("load_balancer", name="prod", type="LB-GP-L", tags=["team-a"])
    before = account(cloud)
    refused = role(name, *checked, fails=True, name="prod")
    assert "a load balancer has one IPv4 address at most" in " ".join(refused.output.split())
    assert account(cloud) == before


@pytest.mark.parametrize("name", ROLES)
def test_an_address_that_is_attached_elsewhere_is_refused_in_check_mode_too(
    cloud, role, inside, name
):
    [ip] = inside("load_balancer", name="web", type="LB-S")["load_balancer"]["ip"]
    refused = role(name, "--check", fails=True, name="shop", ip=ip["ip_address"])
    assert "is attached to load balancer" in " ".join(refused.output.split())


@pytest.mark.parametrize("name", ROLES)
@pytest.mark.parametrize("which", ["shpo", "11111111-2222-4333-8444-555555555555"])
def test_an_existing_load_balancer_that_does_not_exist_is_refused_in_check_mode_too(
    role, name, which
):
    refused = role(name, "--check", fails=True, load_balancer=which)
    assert f"{name}_load_balancer: there is no load balancer {which}" in refused.output


def test_empty_answers_of_a_survey_stand_for_the_defaults(cloud, role):
    role("ssl_offload", name="shop", type="", tags="")
    site = account(cloud)["shop"]["load_balancer"]
    assert (site["type"], site["tags"]) == ("lb-s", [])
    with cloud.watched() as writes:
        assert role("ssl_offload", name="shop", type="", tags="").changed == 0
    assert writes == []


@pytest.mark.parametrize("name", ROLES)
def test_check_mode_foresees_what_is_released(role, name):
    role(name, name="shop")
    gone = {"name": "shop", "state": "absent", "release_ip": True}
    assert role(name, "--check", **gone).changed == role(name, **gone).changed == 1


@pytest.mark.parametrize("name", ROLES)
def test_servers_may_be_the_lines_of_a_text(cloud, role, name):
    role(name, name="shop", servers="10.0.0.1\n10.0.0.2, 10.0.0.3\n")
    assert account(cloud)["shop"]["backends"]["shop"]["pool"] == [*SERVERS, "10.0.0.3"]


@pytest.mark.parametrize("separator", [",", ", ", "\n"])
def test_domains_may_be_a_text(cloud, role, inside, separator):
    address = inside("ip", tags=["mine"])["ip"]["ip_address"]
    names = ["shop.example.test", "www.example.test"]
    for name in names:
        cloud.resolve(name, address)
    made = role("ssl_offload", name="shop", ip=["mine"], domains=separator.join(names))
    found = account(cloud)["shop"]["certificates"]["shop"]
    assert [found["common_name"], *found["subject_alternative_name"]] == names
    assert made.result["url"] == "https://shop.example.test"


def test_a_second_site_on_the_frontend_of_the_role_stays(cloud, role, inside):
    assert role("ssl_offload", name="shop").changed
    on_shop = {"load_balancer": "shop"}
    other = {"name": "wiki", "forward_protocol": "http", "forward_port": 80}
    made = inside("backend", **on_shop, **other)
    route = {"frontend": "shop-https", "host_header": "wiki.example.com", "backend": "wiki"}
    assert inside("route", **on_shop, **route)["changed"] and made["changed"]
    assert role("ssl_offload", name="shop").changed == 0
    assert not inside("route", **on_shop, **route)["changed"]


def test_the_tasks_for_dns_are_found_from_where_the_command_is_given(cloud, role, tmp_path):
    records = tmp_path / "records.yml"
    records.write_text(json.dumps([PUT_RECORD]))
    variables = {"domains": "shop.example.test", "dns_tasks": os.path.relpath(records, ROOT)}
    role("ssl_offload", name="shop", **variables)
    found = account(cloud)["shop"]["certificates"]["shop"]
    assert found["common_name"] == "shop.example.test"


def test_a_refusal_shows_no_secret(cloud, role):
    certificate = {"source": "other", **custom("shop.example.test")}
    refused = role("ssl_offload", "-vvv", certificate=certificate, fails=True)
    assert certificate["private_key"].split("\n")[1] not in refused.output


def test_the_roles_hold_to_their_documented_defaults():
    for name in ROLES:
        home = ROOT / "roles" / name
        contract = yaml.safe_load((home / "meta/argument_specs.yml").read_text())
        options = contract["argument_specs"]["main"]["options"]
        stated = {key: option["default"] for key, option in options.items() if "default" in option}
        defaults = yaml.safe_load((home / "defaults/main.yml").read_text())
        assert {key: defaults.get(key) for key in stated} == stated


@pytest.mark.parametrize("name", ROLES)
def test_what_the_steps_say_to_each_other_has_no_name_that_a_user_could_hit(name):
    home = ROOT / "roles" / name
    internal = list(yaml.safe_load((home / "vars/main.yml").read_text()))
    for tasks in (home / "tasks").glob("*.yml"):
        internal += re.findall(r"register: (\S+)", tasks.read_text())
    assert internal
    assert [one for one in internal if not one.startswith(f"__{name}_")] == []
