"""A certificate is replaced without a moment in which none is served, and a killed run goes on."""

import threading
import time

import pytest
from cloud import SECRET_KEY
from objects import WEB, WEB_BACKEND
from pki import bundle, custom

EXAMPLE = {"load_balancer": "web", "name": "example"}
HTTPS = {"load_balancer": "web", "name": "https", "inbound_port": 443, "backend": "web"}


@pytest.fixture
def site(cloud, module):
    """A load balancer whose frontend lists `other`, `example`; return what lists the ids."""
    for name, options in (WEB, WEB_BACKEND):
        module(name, **options)
    module("certificate", load_balancer="web", name="other", letsencrypt={})
    module("certificate", **EXAMPLE, custom_certificate=custom("old.example.com"))
    made = module("frontend", **HTTPS, certificates=["other", "example"])
    return lambda: cloud.api("GET", f"frontends/{made['frontend']['id']}")["certificate_ids"]


def certificates(cloud):
    load_balancer = cloud.api("GET", "lbs")["lbs"][0]["id"]
    return cloud.api("GET", f"lbs/{load_balancer}/certificates")["certificates"]


def named(cloud):
    return {one["name"]: one["common_name"] for one in certificates(cloud)}


def test_another_pem_is_put_in_the_place_of_the_old_one(cloud, module, site):
    other, old = site()
    new = custom("new.example.com")
    with cloud.watched() as writes:
        checked = module("certificate", check=True, **EXAMPLE, custom_certificate=new)
    assert checked["changed"] and writes == []
    assert checked["certificate"]["common_name"] == "new.example.com"
    with cloud.watched() as writes:
        result = module("certificate", **EXAMPLE, custom_certificate=new)
    assert result["changed"] and result["certificate"]["name"] == "example"
    assert [entry["operation"] for entry in writes] == [
        "CreateCertificate",
        "UpdateFrontend",
        "DeleteCertificate",
        "UpdateCertificate",
    ]
    assert site() == [other, result["certificate"]["id"]] and old not in site()
    assert 88 <= result["days_left"] <= 90
    with cloud.watched() as writes:
        assert not module("certificate", **EXAMPLE, custom_certificate=new)["changed"]
    assert writes == []


def test_a_bundle_may_go_by_its_name_in_the_api(cloud, module, site):
    new = {"certificate_chain": bundle("new.example.com")}
    assert module("certificate", **EXAMPLE, custom_certificate=new)["changed"]
    assert named(cloud)["example"] == "new.example.com"
    assert not module("certificate", **EXAMPLE, custom_certificate=new)["changed"]


def test_the_diff_tells_the_names_and_dates_and_no_secret(cloud, module, site):
    new = custom("new.example.com")
    result = module("certificate", check=True, **EXAMPLE, custom_certificate=new)
    assert result["diff"]["before"]["common_name"] == "old.example.com"
    assert result["diff"]["after"]["common_name"] == "new.example.com"
    assert new["private_key"].split("\n")[1] not in str(result)
    assert SECRET_KEY not in str(result)


def test_imported_and_ordered_certificates_take_each_others_place(cloud, module, site):
    ordered = module("certificate", **EXAMPLE, letsencrypt={})
    assert ordered["changed"] and ordered["certificate"]["type"] == "letsencrypt"
    assert ordered["certificate"]["id"] in site()
    # The load balancer's own name leads to it by definition.
    assert not any("looked up" in text for text in ordered["warnings"])
    again = module("certificate", **EXAMPLE, custom_certificate=custom("back.example.com"))
    assert again["certificate"]["type"] == "custom" and again["certificate"]["id"] in site()


def test_force_replaces_what_looks_the_same(cloud, module, site):
    same = custom("old.example.com")
    module("certificate", **EXAMPLE, custom_certificate=same)
    first = site()[1]
    result = module("certificate", **EXAMPLE, custom_certificate=same, force=True)
    assert result["changed"] and site()[1] not in (first, None)
    assert set(named(cloud)) == {"other", "example"}


@pytest.mark.parametrize(
    "operation", ["CreateCertificate", "UpdateFrontend", "DeleteCertificate", "UpdateCertificate"]
)
@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
def test_a_lost_answer_makes_no_second_certificate(cloud, module, site, operation, kind):
    cloud.fault(operation=operation, kind=kind, count=1)
    new = custom("new.example.com")
    force = kind == "cut_after"
    with cloud.watched() as writes:
        result = module("certificate", **EXAMPLE, custom_certificate=new, force=force)
    assert result.get("changed"), result
    made = [one for one in writes if one["operation"] == "CreateCertificate"]
    assert [one["status"] for one in made].count(200) == 1
    assert named(cloud)["example"] == "new.example.com" and len(certificates(cloud)) == 2
    assert site()[1] == result["certificate"]["id"]


@pytest.mark.parametrize("operation", ["UpdateFrontend", "DeleteCertificate", "UpdateCertificate"])
def test_a_run_that_failed_half_way_is_taken_up(cloud, module, site, operation):
    cloud.fault(operation=operation, kind="status", status=500, count=1)
    new = custom("new.example.com")
    assert module("certificate", **EXAMPLE, custom_certificate=new)["failed"]
    assert len(site()) == 2
    checked = module("certificate", check=True, **EXAMPLE, custom_certificate=new)
    with cloud.watched() as writes:
        result = module("certificate", **EXAMPLE, custom_certificate=new)
    assert result["changed"]
    # What no frontend lists yet may have another key or chain, which the API does not show.
    is_made_anew = operation == "UpdateFrontend"
    planned = None if is_made_anew else result["certificate"]["id"]
    assert checked["changed"] and checked["certificate"]["id"] == planned
    assert ("CreateCertificate" in [entry["operation"] for entry in writes]) == is_made_anew
    assert named(cloud)["example"] == "new.example.com" and len(certificates(cloud)) == 2
    assert site()[1] == result["certificate"]["id"]


def test_names_are_ordered_once_however_they_are_written(cloud, module, site):
    cloud.resolve("www.example.test", cloud.api("GET", "lbs")["lbs"][0]["ip"][0]["ip_address"])
    order = {
        "common_name": "www.example.test.",
        "subject_alternative_name": ["WWW.example.test", " www.example.test "],
    }
    made = module("certificate", **EXAMPLE, letsencrypt=order, check_dns=False)["certificate"]
    assert made["common_name"] == "www.example.test" and made["subject_alternative_name"] == []
    assert not module("certificate", **EXAMPLE, letsencrypt=order, check_dns=False)["changed"]


def test_an_order_that_was_begun_is_taken_up(cloud, module, site):
    cloud.fault(operation="UpdateFrontend", kind="status", status=500, count=1)
    assert module("certificate", **EXAMPLE, letsencrypt={})["failed"]
    with cloud.watched() as writes:
        result = module("certificate", **EXAMPLE, letsencrypt={}, force=True)
    assert result["changed"] and site()[1] == result["certificate"]["id"]
    assert "CreateCertificate" not in [entry["operation"] for entry in writes]


@pytest.mark.parametrize(
    ("operation", "by", "name"),
    [
        ("UpdateFrontend", "name", "new.example.com"),
        ("UpdateFrontend", "id", "old.example.com"),
        ("DeleteCertificate", "name", "new.example.com"),
    ],
)
def test_force_imports_what_is_given_whatever_was_begun(cloud, module, site, operation, by, name):
    given = {**({"id": site()[1]} if by == "id" else EXAMPLE), "custom_certificate": custom(name)}
    cloud.fault(operation=operation, kind="status", status=500, count=1)
    assert module("certificate", **given, force=True)["failed"]
    with cloud.watched() as writes:
        result = module("certificate", **given, force=True)
    assert result["changed"] and site()[1] == result["certificate"]["id"]
    assert [entry["operation"] for entry in writes].count("CreateCertificate") == 1
    assert len(certificates(cloud)) == 2


def test_what_was_begun_and_is_not_wanted_is_removed_and_the_diff_shows_it(cloud, module, site):
    cloud.fault(operation="UpdateFrontend", kind="status", status=500, count=1)
    assert module("certificate", **EXAMPLE, custom_certificate=custom("new.example.com"))["failed"]
    old = {**EXAMPLE, "custom_certificate": custom("old.example.com")}
    checked = module("certificate", check=True, **old)
    assert checked["changed"] and checked["diff"]["before"]["replacement"] == "example.next"
    with cloud.watched() as writes:
        assert module("certificate", **old)["certificate"] == checked["certificate"]
    assert [entry["operation"] for entry in writes] == ["DeleteCertificate"]
    assert not module("certificate", **old)["changed"]


def test_a_certificate_is_not_replaced_under_a_name_that_another_has(cloud, module, site):
    [other, _example] = site()
    result = module("certificate", id=other, name="example", custom_certificate=custom("a.test"))
    assert (
        result["failed"] and "name: 'example' is the name of another certificate" in result["msg"]
    )


def test_a_certificate_of_another_load_balancer_is_left_alone(cloud, module, site):
    module("load_balancer", name="far")
    [other, _example] = site()
    with cloud.watched() as writes:
        result = module(
            "certificate", id=other, load_balancer="far", custom_certificate=custom("a.test")
        )
    assert (
        result["failed"] and "load_balancer: that of certificate 'other' is 'web'" in result["msg"]
    )
    assert writes == []


def test_no_certificate_gets_a_name_by_which_replacements_are_found(cloud, module, site):
    [other, _example] = site()
    result = module("certificate", id=other, name="example.next")
    assert result["failed"] and "Choose a name that does not end in .next" in result["msg"]
    assert set(named(cloud)) == {"other", "example"}


def test_a_half_finished_replacement_by_another_content_is_finished_first(cloud, module, site):
    cloud.fault(operation="DeleteCertificate", kind="status", status=500, count=1)
    assert module("certificate", **EXAMPLE, custom_certificate=custom("lost.example.com"))["failed"]
    result = module("certificate", **EXAMPLE, custom_certificate=custom("new.example.com"))
    assert result["changed"] and named(cloud)["example"] == "new.example.com"
    assert len(certificates(cloud)) == 2 and site()[1] == result["certificate"]["id"]


def test_a_frontend_that_is_removed_meanwhile_does_not_stop_a_replacement(cloud, module, site):
    [frontend] = cloud.api("GET", f"lbs/{certificates(cloud)[0]['lb']['id']}/frontends")[
        "frontends"
    ]
    cloud.fault(operation="UpdateFrontend", kind="delay", delay=1, count=1)
    removal = threading.Timer(0.5, cloud.api, ["DELETE", f"frontends/{frontend['id']}"])
    removal.start()
    result = module("certificate", **EXAMPLE, custom_certificate=custom("new.example.com"))
    removal.join(timeout=30)
    assert result.get("changed"), result
    assert named(cloud)["example"] == "new.example.com" and len(certificates(cloud)) == 2


def test_a_failed_order_says_why_and_leaves_the_old_one_serving(cloud, module, site):
    before = site()
    cloud.fault(operation="CreateCertificate", kind="acme", count=1)
    result = module("certificate", **EXAMPLE, letsencrypt={})
    assert result["failed"] and "The one in use stays in use" in result["msg"]
    assert site() == before and set(named(cloud)) == {"other", "example"}


def test_a_certificate_that_is_not_valid_yet_is_refused(cloud, module, site):
    before = site()
    early = {"bundle": bundle("old.example.com", 90, since=2)}
    for check in (True, False):
        result = module("certificate", check=check, **EXAMPLE, custom_certificate=early)
        assert result["failed"] and "old.example.com is not valid before" in result["msg"]
    assert site() == before


@pytest.mark.parametrize("check", [True, False])
def test_names_that_are_lost_are_warned_of(cloud, module, site, check):
    for name, lost in (("*.example.com", []), ("www.example.org", ["*.example.com"])):
        result = module("certificate", **EXAMPLE, custom_certificate=custom(name), check=check)
        lost = ["old.example.com"] if check and lost else lost
        expected = [
            f"The new certificate 'example' is for {name} and not for {one}, which the one in use "
            "is for: clients of these names will refuse it."
            for one in lost
        ]
        assert result["changed"] and result["warnings"] == expected


def test_what_ends_soon_is_said(cloud, module, site):
    short = custom("old.example.com", days=10)
    result = module("certificate", **EXAMPLE, custom_certificate=short, expires_within_days=21)
    assert result["expiring"] is True and "ends on" in result["warnings"][0]
    info = module("certificate_info", load_balancer="web", expires_within_days=21)
    assert [one["expiring"] for one in info["certificates"]] == [False, True]


def test_a_replacement_that_was_begun_goes_with_its_certificate(cloud, module, site):
    cloud.fault(operation="UpdateFrontend", kind="status", status=500, count=1)
    module("certificate", **EXAMPLE, custom_certificate=custom("new.example.com"))
    module("frontend", **HTTPS, certificates=[])
    assert module("certificate", **EXAMPLE, state="absent")["changed"]
    assert module("certificate", **EXAMPLE, state="absent").get("changed") is False
    assert set(named(cloud)) == {"other"}


def test_names_are_given_time_to_appear_in_dns(cloud, module, site):
    wanted = {"common_name": "www.example.test"}
    began = time.monotonic()
    result = module("certificate", **EXAMPLE, letsencrypt=wanted, dns_timeout=2)
    assert 2 <= time.monotonic() - began < 20
    assert "www.example.test cannot be looked up from here" in result["warnings"][-1]


def test_check_mode_warns_of_a_name_that_leads_elsewhere(module, site):
    wanted = {**EXAMPLE, "letsencrypt": {"common_name": "localhost"}}
    order = {"name": wanted["name"], "letsencrypt": wanted["letsencrypt"]}
    for result in (
        module("certificate", check=True, **wanted),
        module("stack", check=True, load_balancer={"name": "web"}, certificates=[order]),
    ):
        assert result["changed"]
        assert any("localhost. A 127.52." in text for text in result["warnings"])
    unasked = module("certificate", check=True, **wanted, check_dns=False)["warnings"]
    assert "localhost. A" not in str(unasked)


def test_a_name_that_cannot_be_looked_up_is_ordered_all_the_same(cloud, module, site):
    cloud.resolve("localhost", "127.52.0.1")
    wanted = {"common_name": "localhost"}
    assert "these lead elsewhere" in module("certificate", **EXAMPLE, letsencrypt=wanted)["msg"]
    result = module("certificate", **EXAMPLE, letsencrypt=wanted, check_dns=False)
    assert result["changed"] and "looked up" not in str(result["warnings"])
    assert named(cloud)["example"] == "localhost"
