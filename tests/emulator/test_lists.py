"""Lists: pages, order, filters."""

import pytest

PROJECTS = [f"aaaaaaaa-0000-4000-8000-00000000000{number}" for number in range(3)]


def names(page, key):
    return [one["name"] for one in page[key]]


def test_a_page_has_twenty_unless_another_size_is_asked_for(api):
    lb = api.lb()
    for number in range(23):
        api.backend(lb, f"b{number:02}")
    path = f"lbs/{lb['id']}/backends"
    expected = [f"b{number:02}" for number in range(23)]

    def page(**query):
        found = api.get(path, **query)
        assert found["total_count"] == 23 and set(found) == {"backends", "total_count"}
        return names(found, "backends")

    assert page() == expected[:20]
    assert page(page=2) == expected[20:]
    assert page(page=3) == []
    assert page(page_size=5, page=2) == expected[5:10]
    assert page(page_size=1000) == expected
    assert page(order_by="created_at_desc", page_size=2) == ["b22", "b21"]
    assert page(page="", page_size="", order_by="") == expected[:20]


def test_a_page_has_a_hundred_at_most(api):
    """Our choice: the real bound is not known."""
    api.authority.set_address("x.example", "127.51.0.1")
    for _ in range(101):
        api.do("POST", "subscribers", {"name": "a", "email_config": {"email": "a@example.com"}})
    found = api.get("subscribers", page_size=1000)
    assert (len(found["subscribers"]), found["total_count"]) == (100, 101)


def test_rules_that_are_set_are_all_answered_whatever_the_query_says(zoned):
    """SetACLs is no list that has pages: its answer is what is there now (SDK)."""
    lb = zoned.lb()
    path = f"frontends/{zoned.frontend(lb, zoned.backend(lb))['id']}/acls"
    deny = {"action": {"type": "deny"}, "match": {"ip_subnet": ["10.0.0.0/8"]}}
    rules = [{"name": f"r{number:02}", "index": number, **deny} for number in range(25)]
    for query in ({}, {"page": 0}, {"page_size": "abc"}, {"order_by": "name_desc"}):
        found = zoned.do("PUT", path, {"acls": rules}, **query)
        assert found.keys() == {"acls", "total_count"} and found["total_count"] == 25
        assert names(found, "acls") == [rule["name"] for rule in rules]


def test_oldest_first_or_by_name(api):
    for name in ("b", "a", "c"):
        api.lb(name)
    orders = {
        None: ["b", "a", "c"],
        "created_at_asc": ["b", "a", "c"],
        "created_at_desc": ["c", "a", "b"],
        "name_asc": ["a", "b", "c"],
        "name_desc": ["c", "b", "a"],
    }
    for order, expected in orders.items():
        query = {"order_by": order} if order else {}
        assert names(api.get("lbs", **query), "lbs") == expected, order


def test_a_name_finds_more_than_the_exact_one(api):
    for name in ("web", "web-2", "my-web", "api"):
        api.lb(name)
    assert names(api.get("lbs", name="web"), "lbs") == ["web", "web-2", "my-web"]
    assert api.get("lbs", name="nothing") == {"lbs": [], "total_count": 0}


@pytest.mark.parametrize("kind", ["backends", "frontends", "certificates", "acls", "subscribers"])
def test_the_lists_below_know_names_too(api, kind):
    lb = api.lb()
    backend = api.backend(lb, "one")
    api.backend(lb, "two")
    frontend = api.frontend(lb, backend, 8080, name="one")
    api.frontend(lb, backend, 8081, name="two")
    for name in ("one", "two"):
        api.certificate(lb, name)
        api.acl(frontend, name)
        api.do("POST", "subscribers", {"name": name, "email_config": {"email": "a@example.com"}})
    path = {"acls": f"frontends/{frontend['id']}/acls", "subscribers": "subscribers"}.get(kind)
    assert names(api.get(path or f"lbs/{lb['id']}/{kind}", name="tw"), kind) == ["two"]


def test_tags_that_an_object_must_all_have(api):
    api.lb("a", tags=["x"])
    api.lb("b", tags=["x", "y"])
    assert names(api.get("lbs", tags=["x"]), "lbs") == ["a", "b"]
    assert names(api.get("lbs", tags=["x", "y"]), "lbs") == ["b"]
    one, two = (api.do("POST", "ips", {"tags": tags}) for tags in (["x"], ["x", "y"]))
    found = {ip["id"] for ip in api.get("ips", tags=["x"])["ips"]}
    assert found == {one["id"], two["id"]}


def test_by_project_organization_and_id(api):
    first, second = (api.lb("a", project_id=project) for project in PROJECTS[:2])
    third = api.lb("a", organization_id=PROJECTS[2])
    assert [one["id"] for one in api.get("lbs", project_id=PROJECTS[0])["lbs"]] == [first["id"]]
    found = api.get("lbs", organization_id=PROJECTS[2])["lbs"]
    assert [one["id"] for one in found] == [third["id"]]
    found = api.get("lbs", lb_ids=[first["id"], second["id"]])["lbs"]
    assert [one["id"] for one in found] == [first["id"], second["id"]]
    assert api.get("ips", project_id=PROJECTS[1])["ips"] == second["ip"]


def test_addresses_stand_in_numeric_order_ipv4_first(api):
    made = [api.do("POST", "ips", {"is_ipv6": six}) for six in [True, *[False] * 11, True]]
    found = api.get("ips", page_size=50)["ips"]
    v4 = [ip["ip_address"] for ip in made if "." in ip["ip_address"]]
    v6 = [ip["ip_address"] for ip in made if ":" in ip["ip_address"]]
    assert [ip["ip_address"] for ip in found] == v4 + v6
    for kind, expected in {"ipv4": v4, "ipv6": v6, "all": v4 + v6}.items():
        assert [ip["ip_address"] for ip in api.get("ips", ip_type=kind)["ips"]] == expected
    assert api.get("ips", ip_address=v4[3])["ips"] == [made[4]]


def test_a_released_address_is_given_out_again(api):
    first, second = (api.do("POST", "ips", {}) for _ in range(2))
    api.do("DELETE", f"ips/{first['id']}")
    again = api.do("POST", "ips", {})
    assert again["ip_address"] == first["ip_address"] and again["id"] != first["id"]
    assert api.do("POST", "ips", {})["ip_address"] not in (
        first["ip_address"],
        second["ip_address"],
    )


def test_routes_of_a_zone_or_of_one_frontend(api):
    made = []
    for _ in range(2):
        lb = api.lb()
        backend = api.backend(lb)
        frontend = api.frontend(lb, backend)
        place = {"frontend_id": frontend["id"], "backend_id": backend["id"]}
        made.append(api.do("POST", "routes", {**place, "match": {"path_begin": "/"}}))
    ids = [route["id"] for route in made]
    assert [one["id"] for one in api.get("routes")["routes"]] == ids
    assert [one["id"] for one in api.get("routes", order_by="created_at_desc")["routes"]] == ids[
        ::-1
    ]
    found = api.get("routes", frontend_id=made[1]["frontend_id"])
    assert [one["id"] for one in found["routes"]] == ids[1:] and found["total_count"] == 1


def test_the_order_of_creation_survives_a_change(api):
    first, second = api.lb("a"), api.lb("b")
    api.do("PUT", f"lbs/{first['id']}", {"name": "z", "description": ""})
    assert [one["id"] for one in api.get("lbs")["lbs"]] == [first["id"], second["id"]]


def test_a_regional_load_balancer_stands_in_the_first_zone_of_its_region(zoned):
    lb = zoned.lb()
    for place, there in {
        "regions/fr-par": True,
        "zones/fr-par-2": False,
        "regions/nl-ams": False,
        "zones/pl-waw-3": False,
    }.items():
        zoned.place = place
        assert bool(zoned.get("lbs")["lbs"]) == there, place
        assert (zoned.ask("GET", f"lbs/{lb['id']}").status == 200) == there, place
