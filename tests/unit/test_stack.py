"""From a declaration and what is there: which steps, after which others, and what is refused."""

import threading
import time

import pytest
from ansible_collections.scaleway_community.lb.plugins.module_utils.config import Config
from ansible_collections.scaleway_community.lb.plugins.module_utils.plan import Call
from ansible_collections.scaleway_community.lb.plugins.module_utils.problem import Problem
from ansible_collections.scaleway_community.lb.plugins.module_utils.session import Session
from ansible_collections.scaleway_community.lb.plugins.module_utils.stack import (
    applying,
    checks,
    declaration,
    export,
    planning,
    survey,
    workers,
)
from ansible_collections.scaleway_community.lb.plugins.module_utils.stack.result import result
from ansible_collections.scaleway_community.lb.plugins.module_utils.stack.steps import (
    FutureId,
    StackPlan,
)

NETWORK = "21111111-2222-4333-8444-555555555555"
IP = {"id": "ip-1", "ip_address": "51.15.0.1", "tags": ["web"], "reverse": "", "region": "fr-par"}
LB = {
    "id": "lb-1",
    "name": "web",
    "description": "",
    "type": "lb-s",
    "tags": [],
    "ssl_compatibility_level": "ssl_compatibility_level_intermediate",
    "ip": [{**IP, "lb_id": "lb-1"}],
    "subscriber": None,
    "region": "fr-par",
    "status": "ready",
}


def session():
    return Session(Config("key", "fr-par-1", "http://localhost"), {}, check_mode=True)


def backend(name, protocol="http", **more):
    return {
        "id": f"backend-{name}",
        "name": name,
        "lb": LB,
        "forward_protocol": protocol,
        "forward_port": 80,
        "pool": [],
        **more,
    }


def frontend(name, port, on, **more):
    return {
        "id": f"frontend-{name}",
        "name": name,
        "lb": LB,
        "inbound_port": port,
        "backend": on,
        "certificate_ids": [],
        "timeout_client": None,
        **more,
    }


WEB, RAW = backend("web"), backend("raw", "tcp")
HTTP = frontend("http", 80, WEB)
NEW = {"name": "new", "forward_protocol": "http", "forward_port": 80}
ACL = {"name": "deny", "action": {"type": "deny"}, "match": {}}


def there(acls=None, **objects):
    """What was read: the load balancer, and by kind what is on it."""
    return survey.Snapshot(LB, {"ip": LB["ip"], **objects}, acls or {})


NOTHING = survey.Snapshot(None, {"ip": []})


def planned(found=NOTHING, prune=False, name="web", **sections):
    """The planning, and its steps in order."""
    balancer = sections.pop("load_balancer", {"name": name})
    options = {"load_balancer": balancer, **sections}
    one = planning.Planning(session(), declaration.Declaration(options), found, prune)
    return one, checks.judge(one)


def calls(steps):
    return [f"{call.method} {call.path}" for step in steps for call in step.plan.calls]


def problems(*arguments, **sections):
    one, _steps = planned(*arguments, **sections)
    return [text for texts in one.problems.values() for text in texts]


def test_what_is_not_there_yet_is_referred_to_by_its_place():
    one, steps = planned(
        ips=[{"tags": ["web"]}],
        backends=[NEW],
        frontends=[
            {
                "name": "http",
                "inbound_port": 80,
                "backend": "new",
                "acls": [ACL],
                "routes": [{"path_begin": "/", "backend": "new"}],
            }
        ],
    )
    assert one.problems == {}
    assert calls(steps) == [
        "POST ips",
        "POST lbs",
        "POST lbs/<load_balancer>/backends",
        "POST lbs/<load_balancer>/frontends",
        "PUT frontends/<frontends[0]>/acls",
        "POST routes",
    ]
    bodies = [step.plan.calls[0].body for step in steps]
    assert bodies[1]["ip_ids"] == ["<ips[0]>"] and bodies[1]["assign_flexible_ip"] is False
    assert bodies[3]["backend_id"] == "<backends[0]>"
    assert bodies[5] == {
        "frontend_id": "<frontends[0]>",
        "backend_id": "<backends[0]>",
        "match": {"path_begin": "/"},
    }
    assert [step.after for step in steps] == [
        set(),
        {"ips[0]"},
        {"load_balancer"},
        {"load_balancer", "backends[0]"},
        {"load_balancer", "frontends[0]"},
        {"load_balancer", "frontends[0]", "backends[0]"},
    ]


@pytest.mark.parametrize(
    ("found", "sections", "expected"),
    [
        (there(backend=[WEB]), {"backends": [{"name": "web", "forward_port": 80}]}, []),
        (
            there(backend=[WEB], frontend=[HTTP]),
            {"backends": [NEW], "frontends": [{"name": "http", "backend": "new"}]},
            ["POST lbs/lb-1/backends", "PUT frontends/frontend-http"],
        ),
        # an address that is there is attached, one that is attached is left alone
        (there(), {"ips": [{"ip_address": "51.15.0.1"}]}, []),
        (
            there(ip=[*LB["ip"], {**IP, "id": "ip-6", "ip_address": "2001:db8::", "lb_id": None}]),
            {"ips": [{"ip_address": "2001:db8::"}]},
            ["PATCH ips/ip-6"],
        ),
        # to be told of something is asked of a load balancer that is there
        (
            there(subscriber=[]),
            {"subscriber": {"name": "ops", "email_config": {"email": "o@example.com"}}},
            ["POST subscribers", "POST lb/lb-1/subscribe"],
        ),
        (
            there(private_network=[]),
            {"private_networks": [{"private_network_id": NETWORK}]},
            ["POST lbs/lb-1/attach-private-network"],
        ),
        # ACLs: as many calls as sets that differ
        (
            there({"frontend-http": [{**ACL, "index": 1}]}, frontend=[HTTP], backend=[WEB]),
            {"frontends": [{"name": "http", "acls": [ACL]}]},
            [],
        ),
        (
            there({"frontend-http": []}, frontend=[HTTP], backend=[WEB]),
            {"frontends": [{"name": "http", "acls": [ACL]}]},
            ["PUT frontends/frontend-http/acls"],
        ),
    ],
)
def test_only_what_differs_is_written(found, sections, expected):
    one, steps = planned(found, **sections)
    assert one.problems == {} and calls(steps) == expected


@pytest.mark.parametrize(
    ("prune", "declared", "expected"),
    [
        (False, [{"name": "b"}], [["b", "a"]]),
        (True, [{"name": "b"}], [["b"]]),
        (True, [], [[]]),
        (False, [], []),
    ],
)
def test_acls_that_are_not_declared_come_last_or_are_pruned(prune, declared, expected):
    found = there({"frontend-http": [{**ACL, "name": "a", "index": 1}]}, frontend=[HTTP])
    acls = [{**ACL, **rule} for rule in declared]
    _one, steps = planned(found, prune, frontends=[{"name": "http", "acls": acls}])
    bodies = [step.plan.calls[0].body["acls"] for step in steps]
    assert [[rule["name"] for rule in body] for body in bodies] == expected


def test_what_is_pruned_goes_after_what_leaves_it():
    old = backend("old")
    route = {
        "id": "route-1",
        "frontend_id": "frontend-http",
        "backend_id": "backend-old",
        "match": {"path_begin": "/", "match_subdomains": False},
    }
    found = there(
        backend=[WEB, old],
        frontend=[frontend("http", 80, old), frontend("gone", 81, old)],
        route=[route],
        certificate=[{"id": "c-1", "name": "c", "status": "ready", "type": "custom", "lb": LB}],
    )
    one, steps = planned(
        found,
        True,
        certificates=[],
        backends=[{"name": "web"}],
        frontends=[{"name": "http", "backend": "web", "routes": []}],
    )
    assert one.problems == {}
    after = {step.key: step.after for step in steps}
    assert after == {
        "frontends[0]": set(),
        "frontends frontend-gone": set(),
        "certificates c-1": set(),
        "routes route-1": set(),
        "backends backend-old": {"frontends[0]", "frontends frontend-gone", "routes route-1"},
    }
    assert [step.change for step in steps if step.kind.kind == "backend"] == ["removed"]
    # A section that is left out is not pruned, nor are the routes of such a frontend.
    _one, steps = planned(found, True, frontends=[{"name": "http"}, {"name": "gone"}])
    assert steps == []


@pytest.mark.parametrize(
    ("sections", "waiting", "for_"),
    [
        # a port is taken over from one that moves away, or goes
        (
            {
                "frontends": [
                    {"name": "https", "inbound_port": 80},
                    {"name": "http", "inbound_port": 8080},
                ]
            },
            "frontends[0]",
            "frontends[1]",
        ),
        (
            {"frontends": [{"name": "https", "inbound_port": 80}]},
            "frontends[0]",
            "frontends frontend-http",
        ),
    ],
)
def test_who_takes_over_a_port_waits_until_it_is_free(sections, waiting, for_):
    found = there(backend=[WEB], frontend=[HTTP, frontend("https", 443, WEB)])
    one, steps = planned(found, True, **sections)
    assert one.problems == {}
    keys = [step.key for step in steps]
    assert keys.index(for_) < keys.index(waiting) and for_ in one.steps[waiting].after


@pytest.mark.parametrize(
    ("found", "sections", "expected"),
    [
        (NOTHING, {"load_balancer": {}}, "load_balancer: Which load balancer? Give its name"),
        (NOTHING, {"ips": [{}]}, "ips[0]: Which IP? Give its id"),
        (NOTHING, {"backends": [NEW, NEW]}, "backends[1]: it is named 'new', and so is"),
        (
            NOTHING,
            {"frontends": [{"name": "a", "inbound_port": 80, "backend": "web"}]},
            "frontends[0].backend: there is no backend 'web' in the declaration or on the load",
        ),
        (
            survey.Snapshot(None, {"ip": [{**IP, "lb_id": "lb-2"}]}),
            {"load_balancer": {"name": "web", "ips": ["51.15.0.1"]}},
            "load_balancer.ips: 51.15.0.1 is attached to load balancer lb-2",
        ),
        (
            there(ip=[{**IP, "lb_id": "lb-2"}]),
            {"ips": [{"ip_address": "51.15.0.1"}]},
            "ips[0]: 51.15.0.1 is attached to load balancer lb-2",
        ),
        (
            NOTHING,
            {
                "load_balancer": {"name": "web", "assign_flexible_ip": False},
                "certificates": [{"name": "c", "letsencrypt": {"common_name": "a.example.com"}}],
            },
            "certificates[0].letsencrypt: the load balancer has no public IPv4 address",
        ),
        (
            there(backend=[RAW], frontend=[frontend("http", 80, RAW)]),
            {"certificates": [{"name": "c", "letsencrypt": {}}]},
            "certificates[0].letsencrypt: Let's Encrypt answers its challenge on port 80, where",
        ),
        (
            NOTHING,
            {"load_balancer": {"name": "web", "subscriber": "b"}, "subscriber": {"name": "a"}},
            "load_balancer.subscriber: the section subscriber says it, too.",
        ),
        (
            NOTHING,
            {"ips": [{"tags": ["a"]}, {"tags": ["b"]}]},
            "ips[1]: a load balancer has one IPv4 address at most, and that is ips[0].",
        ),
        (
            there(),
            {"ips": [{"tags": ["new"]}]},
            "ips[0]: a load balancer has one IPv4 address at most, and that is 51.15.0.1.",
        ),
        (
            NOTHING,
            {"ips": [{"tags": ["six"], "is_ipv6": True}]},
            "ips: an IPv6 address needs an IPv4 address beside it.",
        ),
        (
            NOTHING,
            {
                "backends": [NEW],
                "frontends": [
                    {
                        "name": "a",
                        "inbound_port": 443,
                        "backend": "new",
                        "routes": [{"sni": "a.example.com", "backend": "new"}],
                    }
                ],
            },
            "frontends[0].routes[0].sni: it is for backends that speak tcp, and this one speaks",
        ),
        (
            there(backend=[WEB, {**backend("web"), "id": "backend-2"}]),
            {"backends": [{"name": "web"}]},
            "backends[0]: 2 backends are named 'web': backend-web and backend-2.",
        ),
    ],
)
def test_a_problem_is_told_with_its_place(found, sections, expected):
    texts = problems(found, **sections)
    assert any(text.startswith(expected) for text in texts), texts


UUID = "11111111-2222-4333-8444-555555555555"
B = {**backend("b"), "id": UUID}
OWN = {
    "id": "c-1",
    "name": "own",
    "status": "ready",
    "type": "letsencrypt",
    "common_name": "a.example.com",
    "subject_alternative_name": [],
    "lb": LB,
}
ORDER = {"letsencrypt": {"common_name": "a.example.com"}}
NEXT_TO_OWN = (
    "'own.next' is what a replacement of 'own' is called before it takes over that name. Choose a "
    "name that does not end in .next."
)
PAGE = {
    "id": UUID,
    "frontend_id": "frontend-http",
    "backend_id": "backend-web",
    "match": {"path_begin": "/", "match_subdomains": False},
}


def on_http(*routes):
    return [{"name": "http", "routes": list(routes)}]


@pytest.mark.parametrize(
    ("found", "sections", "expected"),
    [
        (
            there(backend=[B], frontend=[frontend("f", 80, B)]),
            {
                "backends": [{"id": UUID, "name": "old"}, {**NEW, "name": "b"}],
                "frontends": [{"name": "f", "backend": "b"}],
            },
            {
                "backends[0]": set(),
                "backends[1]": {"backends[0]"},
                "frontends[0]": {"backends[0]", "backends[1]"},
            },
        ),
        (
            there(backend=[WEB], frontend=[HTTP], route=[PAGE]),
            {
                "frontends": on_http(
                    {"path_begin": "/", "backend": "web"}, {"id": UUID, "path_begin": "/old"}
                )
            },
            {
                "frontends[0].routes[1]": set(),
                "frontends[0].routes[0]": {"frontends[0].routes[1]"},
            },
        ),
    ],
)
def test_a_name_is_free_for_another_once_its_owner_is_renamed_by_id(found, sections, expected):
    one, steps = planned(found, **sections)
    assert one.problems == {}
    shown = {step.key: step.after for step in steps}
    assert list(shown) == list(expected)
    assert {key: waits & expected.keys() for key, waits in shown.items()} == expected


@pytest.mark.parametrize(
    ("found", "sections", "expected"),
    [
        (
            there(backend=[B]),
            {"backends": [{"name": "b", "forward_port": 81}, {"id": UUID, "forward_port": 82}]},
            "backends[0]: it is backend 'b', and so is backends[1]. Leave one of them out.",
        ),
        (
            there(frontend=[{**HTTP, "id": UUID}], backend=[WEB]),
            {
                "frontends": [
                    {"id": UUID, "inbound_port": 81, "acls": [ACL]},
                    {"name": "http", "acls": [], "routes": []},
                ]
            },
            "frontends[1]: it is frontend 'http', and so is frontends[0]. Leave one of them out.",
        ),
        (
            there(),
            {"ips": [{"tags": ["web"], "reverse": "a.b"}, {"ip_address": "51.15.0.1"}]},
            "ips[1]: it is IP 51.15.0.1, and so is ips[0]. Leave one of them out.",
        ),
        (
            NOTHING,
            {"backends": [NEW, NEW]},
            "backends[1]: it is named 'new', and so is backends[0]. Leave one of them out.",
        ),
        (
            there(backend=[WEB], frontend=[HTTP], route=[]),
            {
                "frontends": on_http(
                    {"host_header": "A.example.com", "backend": "web"},
                    {"host_header": "a.example.com", "backend": "web"},
                )
            },
            "frontends[0].routes[1]: it is for host_header 'a.example.com', and so is "
            "frontends[0].routes[0]. Leave one of them out.",
        ),
        (
            there(backend=[B]),
            {
                "backends": [{"id": UUID, "name": "new"}],
                "frontends": [{"name": "f", "inbound_port": 80, "backend": "b"}],
            },
            "frontends[0].backend: there is no backend 'b' in the declaration or on the load "
            "balancer.",
        ),
        # a certificate that would be taken for the replacement of another
        (
            there(certificate=[]),
            {"certificates": [{"name": "own", **ORDER}, {"name": "own.next", **ORDER}]},
            f"certificates[1].name: {NEXT_TO_OWN}",
        ),
        (
            there(certificate=[OWN, {**OWN, "id": "c-2", "name": "own.next"}]),
            {"certificates": [{"name": "own.next"}, {"name": "own", **ORDER}]},
            f"certificates[0].name: {NEXT_TO_OWN}",
        ),
        (
            there(backend=[B]),
            {
                "backends": [
                    {**NEW, "name": "b"},
                    {"id": UUID, "name": "old", "timeout_server": "?"},
                ]
            },
            "backends[1].timeout_server: '?' is not a duration. Write a number and a unit, such as "
            "500ms, 5s or 1m (a bare number counts milliseconds).",
        ),
    ],
)
def test_two_that_mean_one_object_are_refused_and_so_is_a_name_that_is_not_free(
    found, sections, expected
):
    assert problems(found, **sections) == [expected]


@pytest.mark.parametrize("unknown", [{}, {"ip_address": "51.15.9.9"}])
def test_an_address_that_is_refused_is_not_counted(unknown):
    for ips in ([unknown], [unknown, {"tags": ["six"], "is_ipv6": True}]):
        for found in (there(), NOTHING):
            texts = problems(found, ips=ips)
            assert len(texts) == 1 and texts[0].startswith("ips[0]"), texts


def test_an_order_waits_until_port_80_speaks_http():
    found = there(backend=[RAW, WEB], frontend=[frontend("http", 80, RAW)])
    one, _steps = planned(
        found,
        certificates=[{"name": "c", "letsencrypt": {}}],
        frontends=[
            {"name": "http", "backend": "web"},
            {"name": "https", "inbound_port": 443, "backend": "web", "certificates": ["c"]},
        ],
    )
    assert one.problems == {} and "frontends[0]" in one.steps["certificates[0]"].after


def test_a_backend_behind_port_80_becomes_tcp_only_after_an_order():
    api = backend("api")
    found = there(backend=[WEB, api], frontend=[frontend("http", 80, WEB)])
    one, steps = planned(
        found,
        certificates=[{"name": "c", "letsencrypt": {}}],
        backends=[{"name": "web", "forward_protocol": "tcp"}],
        frontends=[
            {"name": "http", "backend": "api"},
            {"name": "https", "inbound_port": 443, "backend": "api", "certificates": ["c"]},
        ],
    )
    order = ["certificates[0]", "backends[0]", "frontends[0]", "frontends[1]"]
    assert one.problems == {} and [step.key for step in steps] == order
    assert "certificates[0]" in one.steps["backends[0]"].after
    # One that is removed waits for the frontend alone.
    frontends = [{"name": "http", "backend": "api"}]
    order = {"certificates": [{"name": "c", "letsencrypt": {}}], "frontends": frontends}
    one, _steps = planned(found, prune=True, backends=[{"name": "api"}], **order)
    assert one.steps["backends backend-web"].after == {"frontends[0]"}


def test_the_name_of_an_address_is_not_known_before_the_address_is_there():
    private = {**LB, "ip": []}
    declared = {
        "certificates": [{"name": "c", "letsencrypt": {}}],
        "frontends": [
            {"name": "https", "inbound_port": 443, "backend": "web", "certificates": ["c"]}
        ],
    }
    found = survey.Snapshot(private, {"ip": [], "backend": [WEB]})
    refused = problems(found, **declared)
    assert "no public IPv4 address" in refused[0] and len(refused) == 1
    one, steps = planned(found, ips=[{"tags": ["web"]}], **declared)
    assert one.problems == {}
    assert [step.key for step in steps] == [
        "ips[0]",
        "load_balancer",
        "certificates[0]",
        "frontends[0]",
    ]


def test_a_frontend_waits_for_the_replacement_of_a_certificate_it_does_not_name():
    https = frontend("https", 443, WEB, certificate_ids=["c-1"], certificate=OWN)
    one, _steps = planned(
        there(backend=[WEB], frontend=[https], certificate=[OWN]),
        certificates=[{"name": "own", "letsencrypt": {}}],
        frontends=[{"name": "https", "timeout_client": "9s"}],
    )
    assert one.steps["frontends[0]"].after == {"certificates[0]"}


def test_no_field_is_stated_twice():
    """Sections take the options of the modules; what a place says is no option."""
    sections = declaration.arguments()
    assert set(sections) == {"load_balancer", "subscriber", *declaration.SECTIONS}
    for name, kind in declaration.SECTIONS.items():
        own = set(sections[name]["options"]) - {"acls", "routes"}
        assert own == {*kind.arguments()} - {
            *declaration.ARGUMENTS,
            *declaration.WRITING,
            *declaration.ABOVE,
        }


def test_what_the_api_would_come_to_by_itself_is_not_exported():
    check = {"port": 80, "check_delay": 3000, "http_config": {"uri": "/", "method": "GET"}}
    full = backend("web", timeout_connect=5000, timeout_server=9000, health_check=check)
    again = {**backend("web"), "id": "backend-2", "name": "www"}
    found = there(
        {"frontend-http": [{**ACL, "index": 1, "description": ""}]},
        backend=[full, again, {**again, "id": "backend-3"}],
        frontend=[frontend("http", 80, again)],
        certificate=[
            {"id": "c-1", "name": "own", "status": "ready", "type": "custom", "lb": LB},
            {"id": "c-2", "name": "own.next", "status": "ready", "type": "custom", "lb": LB},
        ],
    )
    told = export.Export(found, secrets_as_variables=False).declaration()
    assert told == {
        "load_balancer": {"name": "web", "type": "lb-s"},
        "ips": [{"ip_address": "51.15.0.1", "tags": ["web"]}],
        "certificates": [{"name": "own"}],
        "backends": [
            {
                "name": "web",
                "forward_protocol": "http",
                "forward_port": 80,
                "timeout_server": "9s",
                "health_check": {"port": 80, "http_config": {"uri": "/", "method": "GET"}},
            },
            # Two of one name are told by their IDs, and referred to by them.
            *(
                {
                    "id": f"backend-{number}",
                    "name": "www",
                    "forward_protocol": "http",
                    "forward_port": 80,
                }
                for number in (2, 3)
            ),
        ],
        "frontends": [
            {
                "name": "http",
                "inbound_port": 80,
                "backend": "backend-2",
                "acls": [{"name": "deny", "action": {"type": "deny"}}],
            }
        ],
    }
    secret = export.Export(found, secrets_as_variables=True).declaration()["certificates"]
    assert secret[0]["custom_certificate"] == {"bundle": "{{ own_bundle | default(omit) }}"}


def test_each_imported_certificate_has_a_variable_of_its_own_that_ansible_can_name():
    names = {"c-1": "a-b", "c-2": "a_b", "c-3": "1é", "c-4": "own", "c-5": "own", "c-6": "x.y"}
    found = there(
        certificate=[
            {"id": one, "name": name, "status": "ready", "type": "custom", "lb": LB}
            for one, name in names.items()
        ]
    )
    told = export.Export(found, secrets_as_variables=True).declaration()["certificates"]
    assert [one["custom_certificate"]["bundle"].split()[1] for one in told] == [
        "_1__bundle",
        "a_b_c_1_bundle",
        "a_b_c_2_bundle",
        "own_c_4_bundle",
        "own_c_5_bundle",
        "x_y_bundle",
    ]


def test_ids_are_filled_in_where_they_stand_for_something_and_nowhere_else():
    run = applying.Applying(session(), None, "lb-1")
    old = "11111111-2222-4333-8444-555555555555"
    run.made |= {FutureId("backends[0]"): "b-1", old: "c-2"}
    body = {
        "name": "<backends[0]>",  # a text of the user's
        "backend_id": FutureId("backends[0]"),
        "certificate_ids": [old, "c-1"],
    }
    call = run.call(Call("POST", "x/<backends[0]>", body))
    assert call.path == "x/b-1"
    assert call.body == {
        "name": "<backends[0]>",
        "backend_id": "b-1",
        "certificate_ids": ["c-2", "c-1"],
    }


def test_a_failure_tells_what_was_done_and_what_was_not():
    _one, steps = planned(backends=[NEW], ips=[{"tags": ["a"]}])
    error = applying.unfinished(steps, {"ips[0]"}, {"load_balancer": Problem("No.")}, True)
    assert "load_balancer, load balancer 'web': No." in str(error)
    assert "Done: IP tagged a created. Not finished: load balancer 'web' created, backend" in str(
        error
    )
    assert [one["place"] for one in error.details["not_done"]] == ["load_balancer", "backends[0]"]
    assert error.details["changed"] is True


def test_jobs_run_side_by_side_and_after_those_they_wait_for():
    began, together = [], threading.Barrier(workers.WIDTH, timeout=10)

    def job(name, wait=False):
        def work(_lane):
            began.append(name)
            return together.wait() if wait else None

        return work

    works = {f"early-{n}": job(f"early-{n}", wait=True) for n in range(workers.WIDTH)}
    works = {"late": job("late"), **works}
    with workers.Workers(session()) as pool:
        _results, errors = pool.run(works, {"late": {"early-3"}})
    assert errors == {} and began.index("late") > began.index("early-3")


def test_a_job_that_waits_for_what_does_not_come_is_not_left_out_in_silence():
    works = {"a": lambda _lane: None, "b": lambda _lane: None, "c": lambda _lane: None}
    with (
        workers.Workers(session()) as pool,
        pytest.raises(RuntimeError, match="never comes: b, c"),
    ):
        pool.run(works, {"b": {"c"}, "c": {"b"}})


def test_with_the_first_error_nothing_more_is_begun():
    def fail(_lane):
        raise Problem("no")

    def succeed(_lane):
        time.sleep(0.05)

    works = {"0": fail, **{str(number): succeed for number in range(1, 3 * workers.WIDTH)}}
    with workers.Workers(session()) as pool:
        results, errors = pool.run(works)
    assert list(errors) == ["0"] and len(results) == workers.WIDTH - 1


def test_after_a_transient_refusal_one_writes_at_a_time_and_none_after_the_end():
    turns, most, lock = workers.Turns(), [], threading.Lock()

    def write(number):
        with turns.turn():
            with lock:
                most.append(turns.under_way)
            time.sleep(0.02)

    def all_at_once():
        most.clear()
        threads = [threading.Thread(target=write, args=(n,)) for n in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=10)
        return max(most)

    assert 1 < all_at_once() <= workers.WIDTH
    turns.narrow()
    assert all_at_once() == 1
    turns.close()
    with pytest.raises(Problem, match="has ended"):
        write(0)


def test_results_hold_no_copies_and_no_places():
    one, steps = planned(backends=[NEW], frontends=[])
    shown = result(session(), one.declaration, StackPlan(steps), one.outcomes.values())["stack"]
    assert shown["backends"][0]["id"] is None and "lb" not in shown["backends"][0]
