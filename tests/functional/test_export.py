"""A live load balancer becomes a declaration that changes nothing, and carries nothing out."""

import yaml
from ansible_collections.scaleway_community.lb.plugins.module_utils.stack.declaration import (
    ABOVE,
    ROUTE,
    SECTIONS,
)
from cloud import PROJECT_ID
from declared import NETWORK, OWN, STACK, backend, changed, wait_for
from objects import ADDRESS, DENY, REDIRECT
from pki import custom
from ways import NAME


def test_an_export_holds_everything_that_was_set_by_hand(stack, inside, cloud):
    """Set through the API itself, as the console does; gone and made again, it is exported again
    as it was."""
    made = clicked_together(cloud)
    exported = inside("stack_info", load_balancer=made["id"])["stack"]
    assert exported["load_balancer"].pop("id") == made["id"]
    for section, kind in [*SECTIONS.items(), ("routes", ROUTE)]:
        items = exported.get(section) or exported["frontends"][0][section]
        told = {name for item in items for name in item}
        only_tcp = {"sni"}
        assert {*kind.fields} - {*ABOVE} - only_tcp <= told, f"every field of {section} is exported"
    checked = stack(exported, check=True)
    assert checked.get("changes") == [], checked
    assert stack(exported, prune=True)["written"] == {}
    inside("load_balancer", name="by hand", state="absent", release_ip=True)
    for ip in exported["ips"]:
        del ip["ip_address"]
    for certificate in exported["certificates"]:
        if certificate["name"] == "own":
            certificate["custom_certificate"] = OWN
    made_again = stack(exported)
    assert made_again.get("changed"), made_again
    again = inside("stack_info", load_balancer="by hand")["stack"]
    for ip in again["ips"]:
        del ip["ip_address"]
    del exported["certificates"][1]["custom_certificate"]
    assert again == exported


def clicked_together(cloud):
    """A load balancer on which everything has a value of its own."""

    def make(path, **body):
        return cloud.api("POST", path, body)

    mine = {"project_id": PROJECT_ID}
    four = make("ips", tags=["four", "x"], reverse="www.example.com", **mine)
    six = make("ips", tags=["six"], is_ipv6=True, **mine)
    lb = make(
        "lbs",
        **mine,
        name="by hand",
        description="made by hand",
        type="LB-GP-M",
        tags=["b", "a"],
        ssl_compatibility_level="ssl_compatibility_level_modern",
        ip_ids=[four["id"], six["id"]],
    )
    wait_for(lambda: cloud.api("GET", f"lbs/{lb['id']}")["status"] == "ready")
    on_it = f"lbs/{lb['id']}"
    kinds = {
        "tcp": {"tcp_config": {}},
        "https": {
            "https_config": {
                "uri": "/",
                "method": "POST",
                "code": 204,
                "host_header": "a.example.com",
                "sni": "b.example.com",
            }
        },
        "mysql": {"mysql_config": {"user": "lb"}},
        "redis": {"redis_config": {}},
        "plain": {},
    }
    backends = {
        name: make(
            f"{on_it}/backends",
            name=name,
            forward_protocol="http",
            forward_port=8000,
            forward_port_algorithm="leastconn",
            sticky_sessions="cookie",
            sticky_sessions_cookie_name="S",
            health_check={
                "port": 81,
                "check_max_retries": 4,
                "check_delay": 5500,
                "check_timeout": 2000,
                "check_send_proxy": True,
                "transient_check_delay": "0.700s",
                **kind,
            },
            server_ip=["10.0.0.2", "10.0.0.1"],
            proxy_protocol="proxy_protocol_v2_ssl_cn",
            timeout_server=1000,
            timeout_connect=2500,
            timeout_tunnel=60000,
            timeout_queue="4s",
            on_marked_down_action="shutdown_sessions",
            failover_host="failover.s3-website.fr-par.scw.cloud",
            host="c.example.com",
            ssl_bridging=True,
            ignore_ssl_server_verify=True,
            redispatch_attempt_count=2,
            max_retries=7,
            max_connections=11,
        )["id"]
        for name, kind in kinds.items()
    }
    order = {"common_name": "by-hand.example.com", "subject_alternative_name": ["x.example.com"]}
    for name in (order["common_name"], *order["subject_alternative_name"]):
        cloud.resolve(name, four["ip_address"])
    chain = OWN["private_key"] + OWN["certificate"] + OWN["chain"]
    ordered = make(f"{on_it}/certificates", name="ordered", letsencrypt=order)
    own = make(f"{on_it}/certificates", name="own", custom_certificate={"certificate_chain": chain})
    wait_for(lambda: cloud.api("GET", f"certificates/{ordered['id']}")["status"] == "ready")
    frontend = make(
        f"{on_it}/frontends",
        name="https",
        inbound_port=443,
        backend_id=backends["https"],
        certificate_ids=[own["id"], ordered["id"]],
        timeout_client=7000,
        enable_http3=True,
        connection_rate_limit=9,
        enable_access_logs=True,
    )
    target = {"type": "location", "target": "https://{{host}}/new", "code": 308}
    rules = [
        ({"type": "redirect", "redirect": target}, {"http_filter": "path_begin"}),
        (
            {"type": "allow", "redirect": target},  # which means nothing then
            {"http_filter": "http_header_match", "http_filter_option": "X-A"},
        ),
        ({"type": "deny"}, {"ip_subnet": ["10.0.0.0/8"], "invert": True}),
        ({"type": "deny"}, {"ips_edge_services": True}),
    ]
    for index, (action, match) in enumerate(rules):
        if "http_filter" in match:
            match["http_filter_value"] = ["a", "b"]
        rule = {"name": f"rule-{index}", "description": f"the {index}th", "index": 9 - index}
        make(f"frontends/{frontend['id']}/acls", action=action, match=match, **rule)
    for match in (
        {"host_header": "d.example.com", "match_subdomains": True},
        {"path_begin": "/path"},
    ):
        make("routes", frontend_id=frontend["id"], backend_id=backends["mysql"], match=match)
    make(f"{on_it}/attach-private-network", private_network_id=NETWORK, ipam_ids=[ADDRESS])
    told = make(
        "subscribers", name="hook", webhook_config={"uri": "https://hooks.example.com/"}, **mine
    )
    make(f"lb/{lb['id']}/subscribe", subscriber_id=told["id"])
    return lb


def test_an_export_carries_out_nothing_that_the_api_says(stack, play, cloud, tmp_path):
    """Whoever may write a description must not come to run something on the controller."""
    touched = tmp_path / "touched"
    run = f"lookup('ansible.builtin.pipe', 'touch {touched}')"
    nasty = [
        f"{{{{ {run} }}}}",
        f"{{% if {run} %}}{{% endif %}}",
        "use {{ nobody }} 'and' \"so\" on",
        "{# a remark",
        f"#jinja2: variable_start_string: '[%', variable_end_string: '%]'\n[% {run} %]",
        "{{ own_bundle | default(omit) }}",
    ]
    name = "{{ nobody }}"
    fill_in = {"type": "location", "target": "https://{{host}}/{{path}}", "code": 301}
    rule = {"http_filter": "path_begin", "http_filter_value": nasty}
    redirect = {"action": {"type": "redirect", "redirect": fill_in}, "match": rule}
    stack(
        {
            "load_balancer": {"name": "web", "description": nasty[0], "tags": nasty},
            "certificates": [{"name": "own", "custom_certificate": OWN}],
            "backends": [backend(name)],
            "frontends": [
                {
                    "name": name,
                    "inbound_port": 443,
                    "backend": name,
                    "certificates": ["own"],
                    "acls": [{"name": text, "description": text, **redirect} for text in nasty],
                    "routes": [{"path_begin": "/{{ nobody }}", "backend": name}],
                }
            ],
        }
    )
    file = tmp_path / "web.yml"
    variables = {"load_balancer": "web", "file": str(file)}
    process = play("playbooks/export_stack.yml", variables=variables)
    assert process.returncode == 0, process.stdout + process.stderr
    sections = ("load_balancer", "certificates", "backends", "frontends")
    asked = {"load_balancer": "web", "secrets_as_variables": True}
    content = "{{ exported.stack | scaleway_community.lb.literal_yaml }}"
    kept = tmp_path / "kept.yml"
    by_hand = [
        {f"{NAME}.stack_info": asked, "register": "exported"},
        {
            "ansible.builtin.copy": {"content": content, "dest": str(kept)},
            "changed_when": False,
        },
        {"ansible.builtin.include_vars": {"file": str(kept), "name": "web"}},
        {f"{NAME}.stack": {section: f"{{{{ web.{section} }}}}" for section in sections}},
    ]
    for applied in (str(file), by_hand):
        with cloud.watched() as written:
            process = play(applied, "--diff")
        assert process.returncode == 0, process.stdout + process.stderr
        assert "changed=0" in process.stdout and written == [], process.stdout
    assert not touched.exists()


def test_what_is_there_twice_is_exported_so_that_it_stays(stack, inside, cloud):
    """ACLs, routes, a certificate that is ordered, and the subscriber have a twin."""
    made = stack(
        changed(
            frontends=[{**STACK["frontends"][1], "routes": [], "acls": [DENY, REDIRECT, DENY]}],
        )
    )["stack"]
    lb_id, frontend = made["load_balancer"]["id"], made["frontends"][0]
    for host, backend_made in zip(
        ("a.example.com", "A.example.com"), made["backends"], strict=False
    ):
        ends = {"frontend_id": frontend["id"], "backend_id": backend_made["id"]}
        cloud.api("POST", "routes", {**ends, "match": {"host_header": host}})
    order = {"letsencrypt": {"common_name": made["certificates"][0]["common_name"]}}
    cloud.api("POST", f"lbs/{lb_id}/certificates", {"name": "ordered", **order})
    twin = {**STACK["subscriber"], "project_id": PROJECT_ID}
    for subscriber in (twin, {**twin, "project_id": "76666666-7777-4888-8999-000000000000"}):
        new = cloud.api("POST", "subscribers", subscriber)["id"]
        cloud.api("POST", f"lb/{lb_id}/subscribe", {"subscriber_id": new})
        exported = inside("stack_info", load_balancer="web")["stack"]
        assert exported["subscriber"]["id"] == new
        result = stack(exported, prune=True)
        assert (result.get("changes"), result["written"]) == ([], {}), result
    https = exported["frontends"][0]
    assert [rule["name"] for rule in https["acls"]] == ["deny", "redirect", "deny"]
    assert [route["host_header"] for route in https["routes"]] == ["A.example.com", "a.example.com"]
    twins = [*https["routes"], *exported["certificates"][:2]]
    assert all(one["id"] for one in twins)
    assert not any("id" in one for one in (https, *exported["certificates"][2:]))


def test_an_export_becomes_a_playbook_that_changes_nothing(stack, play, cloud, tmp_path):
    stack()
    file = tmp_path / "web.yml"
    file.write_text("edited\n")
    variables = {"load_balancer": "web", "file": str(file)}
    process = play("playbooks/export_stack.yml", variables=variables)
    assert process.returncode == 0, process.stdout + process.stderr
    assert "edited\n" in [path.read_text() for path in tmp_path.glob("web.yml.*")]
    text = file.read_text()
    assert "{{ own_bundle | default(omit) }}" in text
    assert list(yaml.safe_load(text)[0]["tasks"][0]["scaleway_community.lb.stack"]) == [*STACK]
    with cloud.watched() as written:
        process = play(str(file))
        assert process.returncode == 0 and "changed=0" in process.stdout, process.stdout
    assert written == []
    new = custom("new.example.com")
    bundle = new["private_key"] + new["certificate"] + new["chain"]
    process = play(str(file), variables={"own_bundle": bundle})
    assert process.returncode == 0 and "changed=1" in process.stdout, process.stdout
    assert bundle.split("\n")[1] not in process.stdout
