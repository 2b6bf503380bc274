"""Bad input gets a clear error, and nothing is changed or lost."""

import re

import pytest
from cloud import PROJECT_ID, serving
from objects import BACKEND, HTTP, TCP_BACKEND, WEB, WEB_BACKEND
from pki import AUTHORITY, Issued, custom

HTTPS = {"load_balancer": "web", "name": "https", "inbound_port": 443}
CERTIFICATE = {"load_balancer": "web", "name": "example"}
LETSENCRYPT = ("certificate", {"load_balancer": "web", "name": "first", "letsencrypt": {}})
PORT_80_TCP = (
    "frontend",
    {"load_balancer": "web", "name": "plain", "inbound_port": 80, "backend": "tcp"},
)
ON_WEB = {"load_balancer": "web", "backend": "web"}
OWN_KEY = Issued("www.example.com", AUTHORITY)

# what must be there, the module and its options, and what the message says
REFUSED = {
    "an address that is none": (
        [WEB],
        ("backend", {**BACKEND, "servers": ["web1.example.com"]}),
        r"servers: 'web1\.example\.com' is not an IP address, such as 10\.0\.0\.1",
    ),
    "a port out of range": (
        [WEB],
        ("backend", {**BACKEND, "forward_port": 70000}),
        r"forward_port: 70000 is not between 1 and 65535",
    ),
    "a word for a number": (
        [WEB],
        ("backend", {**BACKEND, "max_retries": False}),
        r"max_retries: False is not a whole number",
    ),
    "cookie stickiness on TCP": (
        [WEB],
        ("backend", {**BACKEND, "forward_protocol": "tcp", "sticky_sessions": "cookie"}),
        r"passthrough .*decrypts nothing.*use table",
    ),
    "two kinds of health check": (
        [WEB],
        ("backend", {**BACKEND, "health_check": {"tcp_config": {}, "redis_config": {}}}),
        r"mutually exclusive: tcp_config\|.*redis_config",
    ),
    "a duration without a unit": (
        [WEB],
        ("backend", {**BACKEND, "timeout_queue": "5"}),
        r"timeout_queue: '5' is not a duration",
    ),
    "a certificate on port 80": (
        [WEB, WEB_BACKEND, LETSENCRYPT],
        ("frontend", {**HTTPS, "inbound_port": 80, "backend": "web", "certificates": ["first"]}),
        r"port 80 is for plain HTTP and takes no certificate",
    ),
    "a key of another certificate": (
        [WEB],
        ("certificate", {**CERTIFICATE, "custom_certificate": custom("a.example.com", private_key=OWN_KEY.key)}),
        r"the private key matches none of the certificates given: CN=",
    ),
    "an expired certificate": (
        [WEB],
        ("certificate", {**CERTIFICATE, "custom_certificate": custom("a.example.com", days=-1)}),
        r"the certificate of CN=a\.example\.com expired on",
    ),
    "an encrypted key": (
        [WEB],
        ("certificate", {**CERTIFICATE, "custom_certificate": custom("a.example.com", private_key=OWN_KEY.encrypted_key)}),
        r"the private key is encrypted",
    ),
    "a PEM that says two things": (
        [WEB],
        ("certificate", {**CERTIFICATE, "custom_certificate": custom("a.example.com", bundle=OWN_KEY.pem)}),
        r"give a bundle, or its parts, not both",
    ),
    "a wildcard from Let's Encrypt": (
        [WEB],
        ("certificate", {**CERTIFICATE, "letsencrypt": {"common_name": "*.example.com"}}),
        r"\*\.example\.com is a wildcard, which the platform cannot order",
    ),
    "a name that is not written as DNS has it": (
        [WEB],
        ("certificate", {**CERTIFICATE, "letsencrypt": {"common_name": "münchen.example.com"}}),
        r"münchen\.example\.com is not ASCII\. Write it as DNS has it, with xn--",
    ),
    "names that are none": (
        [WEB],
        (
            "certificate",
            {
                **CERTIFICATE,
                "letsencrypt": {
                    "common_name": "51.15.0.1",
                    "subject_alternative_name": ["a; b", "www example.com"],
                },
            },
        ),
        r"'51\.15\.0\.1' is not a host name.*'a; b' is not.*'www example\.com' is not",
    ),
    "a certificate that is called like a replacement": (
        [WEB, LETSENCRYPT],
        ("certificate", {**CERTIFICATE, "name": "first.next", "letsencrypt": {}}),
        r"name: 'first\.next' is what a replacement of 'first' is called",
    ),
    "a domain that points elsewhere": (
        [WEB],
        ("certificate", {**CERTIFICATE, "letsencrypt": {"common_name": "localhost"}}),
        r"Create in DNS: localhost\. A 127\.52\.",
    ),
    "Let's Encrypt with TCP on port 80": (
        [WEB, TCP_BACKEND, PORT_80_TCP],
        ("certificate", {**CERTIFICATE, "letsencrypt": {}}),
        r"on port 80 has a TCP backend.*forward_protocol: http",
    ),
    "a backend in use": (
        [WEB, WEB_BACKEND, HTTP],
        ("backend", {"load_balancer": "web", "name": "web", "state": "absent"}),
        r"Backend 'web' is in use by frontend 'http'",
    ),
    "a load balancer that is not there": (
        [],
        ("backend", BACKEND),
        rf"load_balancer: there is no load balancer 'web' in zone fr-par-1 and project {PROJECT_ID}\.",
    ),
    "a backend that is not there": (
        [WEB],
        ("frontend", {**HTTPS, "backend": "shop"}),
        r"backend: there is no backend 'shop' on load balancer web in zone fr-par-1\.",
    ),
    "a name without its load balancer": (
        [WEB],
        ("backend", {"name": "web"}),
        r"Give load_balancer or id: backends are found within a load balancer",
    ),
    "taking out the last server that is up": (
        [WEB, WEB_BACKEND],
        ("backend_servers", {**ON_WEB, "servers": ["10.0.0.1"], "state": "absent", "min_up": 1}),
        r"Backend 'web' would be left with 0 servers that are up, and min_up is 1",
    ),
    "a limit for taking out where none is taken out": (
        [WEB, WEB_BACKEND],
        ("backend_servers", {**ON_WEB, "servers": ["10.0.0.1"], "min_up": 1}),
        r"min_up: it is about taking servers out",
    ),
    "an IP that nothing identifies": ([], ("ip", {}), r"Which IP\?"),
    "an ID that is none": ([], ("backend", {"id": "web"}), r"id: 'web' is not an ID"),
    "a zone that is none": (
        [],
        ("load_balancer", {"name": "web", "zone": "fr-par"}),
        r"'fr-par' is not a zone.*fr-par-1",
    ),
    "a zone that is unknown": (
        [],
        ("load_balancer", {"name": "web", "zone": "xx-yyy-9"}),
        r"Check the option zone",
    ),
}  # fmt: skip


ON_WEB = {"load_balancer": {"name": "web"}}
MISSHAPEN = {
    "health_check: a dictionary is wanted here.": ("backend", {**BACKEND, "health_check": [1]}),
    "health_check.http_config: a dictionary is wanted here.": (
        "backend",
        {**BACKEND, "health_check": {"http_config": 5}},
    ),
    "health_check.https_config: a dictionary is wanted here.": (
        "backend",
        {**BACKEND, "health_check": '{"https_config": 5}'},
    ),
    "acls[1]: a dictionary is wanted here.": (
        "acls",
        {"load_balancer": "web", "frontend": "http", "acls": [{}, None]},
    ),
    "backends[0].health_check: a dictionary is wanted here. "
    "backends[1].health_check.port: 'ten' is not a whole number. "
    "backends[2].forward_protocol: 'htp' is none of tcp, http. "
    "backends[3].forward_port: inf is not a whole number.": (
        "stack",
        {
            **ON_WEB,
            "backends": [
                {"name": "a", "health_check": [1]},
                {"name": "b", "health_check": {"port": "ten"}},
                {"name": "c", "forward_protocol": "htp"},
                {"name": "d", "forward_port": float("inf")},
            ],
        },
    ),
    "frontends[0].routes[1].snni: no such option. There are: backend, host_header, id, "
    "match_subdomains, path_begin, sni. "
    "frontends[1].enable_http3: 'maybe' is neither true nor false.": (
        "stack",
        {
            **ON_WEB,
            "frontends": [
                {"name": "a", "routes": [{"sni": "a.org"}, {"snni": "b.org"}]},
                {"name": "b", "enable_http3": "maybe"},
            ],
        },
    ),
}


@pytest.mark.parametrize("text", MISSHAPEN)
def test_what_is_misshapen_within_an_option_is_told_with_its_place(text, module):
    name, options = MISSHAPEN[text]
    assert module(name, **options)["msg"] == text


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_with_the_reason_and_nothing_changes(what, cloud, module):
    needed, (name, options), says = REFUSED[what]
    for other, its_options in needed:
        assert module(other, **its_options).get("changed"), other
    before = [entry for entry in cloud.journal() if entry["status"] < 300]
    result = module(name, **options)
    assert result.get("failed") is True, result
    assert re.search(says, result["msg"], re.S), result["msg"]
    assert [entry for entry in cloud.journal() if entry["status"] < 300] == before


OTHER = {"load_balancer": "other"}
NEW_ACL = {"name": "new", "index": 9, "action": {"type": "deny"}}
# The words in braces stand for the IDs of what lies on the load balancer web.
ELSEWHERE = {
    "a backend to remove": ("backend", {"id": "{backend}", **OTHER, "state": "absent"}),
    "a frontend to remove": ("frontend", {"id": "{frontend}", **OTHER, "state": "absent"}),
    "a certificate to remove": ("certificate", {"id": "{certificate}", **OTHER, "state": "absent"}),
    "an ACL to remove": ("acl", {"id": "{acl}", **OTHER, "state": "absent"}),
    "an ACL to make": ("acl", {"frontend": "{frontend}", **OTHER, **NEW_ACL}),
    "ACLs to set": ("acls", {"frontend": "{frontend}", **OTHER, "acls": []}),
    "ACLs to remove": ("acls", {"frontend": "{frontend}", **OTHER, "state": "absent"}),
    "a route to change": ("route", {"id": "{route}", **OTHER, "match_subdomains": True}),
    "a route to remove": ("route", {"id": "{route}", **OTHER, "state": "absent"}),
    "servers to add": ("backend_servers", {"backend": "{backend}", **OTHER, "servers": ["10.0.0.9"]}),
    "servers to remove": (
        "backend_servers",
        {"backend": "{backend}", **OTHER, "servers": ["10.0.0.1"], "state": "absent"},
    ),
    "an ACL of another frontend": ("acl", {"id": "{acl}", "load_balancer": "web", "frontend": "plain", "state": "absent"}),
    "a route of another frontend": ("route", {"id": "{route}", "load_balancer": "web", "frontend": "plain", "state": "absent"}),
}  # fmt: skip


@pytest.mark.parametrize("what", ELSEWHERE)
def test_what_lies_elsewhere_than_the_task_says_is_left_alone(what, cloud, inside):
    on_http = {"load_balancer": "web", "frontend": "http"}
    ids = {}
    for name, options in (
        WEB,
        ("load_balancer", {"name": "other"}),
        WEB_BACKEND,
        LETSENCRYPT,
        HTTP,
        ("frontend", {**HTTP[1], "name": "plain", "inbound_port": 81}),
        ("acl", {**on_http, **NEW_ACL, "name": "old"}),
        ("route", {**on_http, "backend": "web", "path_begin": "/a"}),
    ):
        result = inside(name, **options)
        assert result.get("changed"), result
        ids.setdefault(name, result[name]["id"])
    name, options = ELSEWHERE[what]
    options = {k: v.format(**ids) if isinstance(v, str) else v for k, v in options.items()}
    wrong = "load_balancer" if options["load_balancer"] == "other" else "frontend"
    with cloud.watched() as writes:
        for check in (True, False):
            result = inside(name, check=check, **options)
            assert result.get("failed") and result["msg"].startswith(f"{wrong}: that of "), result
    assert writes == []


TWO = {
    "load_balancer": {},
    "subscriber": {"email_config": {"email": "on-call@example.com"}},
    "backend": {**BACKEND, "name": None},
    "frontend": {"load_balancer": "web", "backend": "web"},
    "certificate": {"load_balancer": "web", "letsencrypt": {}},
    "acl": {"load_balancer": "web", "frontend": "http", "action": {"type": "deny"}},
}


@pytest.mark.parametrize("name", TWO)
def test_a_name_that_another_one_has_is_not_given_again(name, cloud, inside):
    for other, its_options in (WEB, WEB_BACKEND, HTTP):
        inside(other, **its_options)
    for number, word in enumerate(("one", "two"), 1):
        number = {"frontend": {"inbound_port": number}, "acl": {"index": number}}.get(name, {})
        made = inside(name, **{**TWO[name], **number, "name": word})
        assert made.get("changed"), made
    with cloud.watched() as writes:
        for check in (True, False):
            result = inside(name, check=check, id=made[name]["id"], name="one")
            assert f"name: 'one' is the name of another {name.replace('_', ' ')}" in result["msg"]
    assert writes == []


def test_a_certificate_in_use_is_not_deleted_and_its_user_is_named(cloud, module):
    for name, options in (WEB, WEB_BACKEND, LETSENCRYPT):
        module(name, **options)
    module("frontend", **HTTPS, backend="web", certificates=["first"])
    result = module("certificate", load_balancer="web", name="first", state="absent")
    assert "Certificate 'first' is in use by frontend 'https'" in result["msg"]


def test_no_secret_key_says_where_to_give_one(module):
    result = module("load_balancer", name="web", environment={"SCW_API_URL": "http://127.0.0.1:1"})
    assert "give the option secret_key, set SCW_SECRET_KEY" in result["msg"]


def test_a_wrong_secret_key_is_called_one_and_stays_hidden(module, cloud):
    with serving("--data-plane=none", "--ca=builtin", "--token=right") as strict:
        environment = {"SCW_API_URL": strict.url, "SCW_SECRET_KEY": "wrong-key-of-the-user"}
        result = module("load_balancer", name="web", environment=environment)
    assert "HTTP 401" in result["msg"] and "Check secret_key" in result["msg"]
    assert "wrong-key-of-the-user" not in str(result)


def test_an_api_that_cannot_be_reached_is_named(module):
    environment = {"SCW_API_URL": "http://127.0.0.1:1", "SCW_SECRET_KEY": "key-of-the-user"}
    result = module("load_balancer", name="web", environment=environment)
    assert "http://127.0.0.1:1" in result["msg"] and "connection was refused" in result["msg"]
    assert "key-of-the-user" not in str(result)
    whole = module("stack", load_balancer={"name": "web"}, environment=environment)
    assert whole["msg"] == result["msg"] and "problems" not in whole


def test_an_address_that_answers_with_a_page_is_no_api(module, cloud):
    cloud.fault(operation="*", kind="html", count=20)
    result = module("load_balancer", name="web")
    assert "not JSON" in result["msg"]


def test_two_load_balancers_of_one_name_are_both_named(cloud, module):
    made = [cloud.api("POST", "lbs", {"name": "web", "project_id": PROJECT_ID}) for _ in range(2)]
    for result in (
        module("load_balancer", name="web", description="which"),
        module("stack", load_balancer={"name": "web", "description": "which"}),
    ):
        assert all(one["id"] in result["msg"] for one in made)


def test_a_certificate_in_front_of_tcp_is_warned_of(cloud, module):
    for name, options in (WEB, TCP_BACKEND, LETSENCRYPT):
        module(name, **options)
    result = module("frontend", **HTTPS, backend="tcp", certificates=["first"])
    assert result["changed"] and "no X-Forwarded-Proto is added" in result["warnings"][0]


def test_a_route_that_its_frontend_cannot_follow_is_warned_of(cloud, module):
    for name, options in (WEB, WEB_BACKEND, TCP_BACKEND, HTTP):
        module(name, **options)
    on_http = {"load_balancer": "web", "frontend": "http"}
    vault = {"sni": "vault.example.com", "backend": "tcp"}
    declared = {
        "load_balancer": {"name": "web"},
        "frontends": [{"name": "http", "routes": [vault]}],
    }
    for check, name, options in (
        (True, "stack", declared),
        (True, "route", {**on_http, **vault}),
        (False, "route", {**on_http, **vault}),
    ):
        result = module(name, check=check, **options)
        assert result["changed"] and "cannot follow this route" in result["warnings"][0], result
    followed = module("route", **on_http, host_header="www.example.com", backend="web")
    assert followed["changed"] and followed["warnings"] == []


def test_a_missing_intermediate_is_warned_of(cloud, module):
    module(*WEB[:1], **WEB[1])
    alone = custom("a.example.com", chain=None)
    result = module("certificate", **CERTIFICATE, custom_certificate=alone)
    assert result["changed"] and "without its intermediate" in result["warnings"][0]


def test_a_name_that_cannot_be_looked_up_from_here_is_left_to_the_platform(cloud, module):
    module(*WEB[:1], **WEB[1])
    result = module("certificate", **CERTIFICATE, letsencrypt={"common_name": "www.example.test"})
    assert result["failed"] and "cannot be looked up from here" in result["warnings"][0]
    assert "Create in DNS: www.example.test. A 127.52." in result["msg"]


def test_a_load_balancer_of_kubernetes_is_left_alone(cloud, module):
    module("load_balancer", name="web", tags=["kapsule", "cluster"])
    with cloud.watched() as writes:
        result = module("backend", **BACKEND)
        assert "managed by Kubernetes" in result["msg"]
    assert writes == []
    assert module("backend", **BACKEND, allow_managed=True)["changed"]
