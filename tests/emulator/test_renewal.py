"""Certificates under a clock that is moved: renewed before their end, in place."""

import json
from datetime import datetime, timedelta

import pytest
from asgi import Api, eventually, own_name
from cryptography import x509
from pki import Issued

from scaleway_lb_emulator.certificates.builtin import BuiltinAuthority
from scaleway_lb_emulator.contracts import OrderFailed


def moment(text):
    return datetime.fromisoformat(text)


def now(api):
    return moment(api.control("GET", "clock")["now"])


def renewed(api, before):
    path = f"certificates/{before['id']}"
    return eventually(
        lambda: (found := api.get(path))["fingerprint"] != before["fingerprint"] and found,
        "the certificate was not renewed",
    )


def served(api, certificate):
    """The certificate that the data plane has, and that its key fits."""
    picture = next(api.world.snapshot())
    return x509.load_pem_x509_certificates(picture["certificates"][certificate["id"]].encode())[0]


def test_a_certificate_is_valid_for_ninety_days_but_a_second(zoned):
    found = zoned.issued(zoned.lb())
    begin, end = moment(found["not_valid_before"]), moment(found["not_valid_after"])
    assert end - begin == timedelta(days=90, seconds=-1)
    assert timedelta(minutes=59) < now(zoned) - begin < timedelta(minutes=61)


def test_a_certificate_is_renewed_thirty_days_before_its_end_under_the_same_id(api):
    lb = api.lb()
    before = api.issued(lb)
    frontend = api.frontend(lb, api.backend(lb), 443, certificate_ids=[before["id"]])
    api.pass_time("59d")
    assert api.get(f"certificates/{before['id']}")["fingerprint"] == before["fingerprint"]
    api.pass_time("1d")
    after = renewed(api, before)
    assert (after["id"], after["status"], after["status_details"]) == (before["id"], "ready", None)
    gained = moment(after["not_valid_after"]) - moment(before["not_valid_after"])
    assert timedelta(days=60) <= gained < timedelta(days=60, minutes=1)
    assert moment(after["updated_at"]) - moment(before["updated_at"]) > timedelta(days=59)
    assert api.get(f"frontends/{frontend['id']}")["certificate_ids"] == [before["id"]]
    leaf = served(api, after)
    assert leaf.not_valid_after_utc == moment(after["not_valid_after"])
    # its clients' clocks are not moved
    assert leaf.not_valid_before_utc < datetime.now(leaf.not_valid_before_utc.tzinfo)
    for _ in range(2):
        before, _ = after, api.pass_time("60d")
        after = renewed(api, before)
    assert moment(after["not_valid_after"]) > now(api) + timedelta(days=89)


def test_a_leap_beyond_the_end_renews_once(zoned):
    before = zoned.issued(zoned.lb())
    zoned.pass_time("365d")
    after = renewed(zoned, before)
    assert moment(after["not_valid_after"]) > now(zoned) + timedelta(days=89)


def test_an_imported_certificate_is_not_renewed(zoned):
    made = zoned.imported(zoned.lb(), Issued("www.example.com"))
    zoned.pass_time("85d")
    assert zoned.get(f"certificates/{made['id']}")["updated_at"][:19] == made["updated_at"][:19]


@pytest.mark.parametrize("reason", ["dns", "fault"])
def test_a_renewal_that_fails_is_said_the_former_serves_on_and_it_is_tried_again(zoned, reason):
    lb = zoned.lb()
    name = "www.example.com"
    zoned.control("PUT", f"dns/{name}", {"address": lb["ip"][0]["ip_address"]})
    before = zoned.issued(lb, letsencrypt={"common_name": name})
    if reason == "dns":
        zoned.world.authority.remove_address(name)
    else:
        zoned.fault("RenewCertificate", "acme")
    zoned.pass_time("60d")
    path = f"certificates/{before['id']}"
    failed = eventually(
        lambda: (found := zoned.get(path))["status_details"] and found, "nothing was said"
    )
    assert failed["status"] == "ready" and failed["fingerprint"] == before["fingerprint"]
    assert "not renewed" in failed["status_details"]
    assert ("DNS" if reason == "dns" else "fault") in failed["status_details"]
    assert served(zoned, before).not_valid_after_utc == moment(before["not_valid_after"])
    zoned.control("PUT", f"dns/{name}", {"address": lb["ip"][0]["ip_address"]})
    assert zoned.get(path)["fingerprint"] == before["fingerprint"]
    zoned.pass_time("12h")
    assert renewed(zoned, before)["status_details"] is None


def test_names_below_an_addresss_own_name_are_renewed_too(zoned):
    lb = zoned.lb()
    names = {"common_name": own_name(lb), "subject_alternative_name": [f"a.{own_name(lb)}"]}
    before = zoned.issued(lb, letsencrypt=names)
    zoned.pass_time("60d")
    leaf = (renewed(zoned, before), served(zoned, before))[1]
    extension = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert extension.value.get_values_for_type(x509.DNSName) == [own_name(lb), f"a.{own_name(lb)}"]


def test_a_certificate_that_is_deleted_while_it_is_renewed_stays_deleted(zoned):
    lb = zoned.lb()
    before = zoned.issued(lb)

    async def advanced_and_deleted():
        zoned.world.advance("60d")
        with zoned.world.store.transaction():
            zoned.world.store.delete("certificate", before["id"])

    zoned.run(advanced_and_deleted())
    assert zoned.ask("GET", f"certificates/{before['id']}").status == 404
    assert zoned.issued(lb, name="again")["status"] == "ready"
    assert zoned.get(f"lbs/{lb['id']}/certificates")["total_count"] == 1


class Silent(BuiltinAuthority):
    """An authority that is out of order for a while."""

    silent = True

    async def order(self, lb_id, names, until):
        if self.silent:
            raise OrderFailed("the server is down")
        return await super().order(lb_id, names, until)


def test_an_order_ends_with_the_authoritys_own_words():
    api = Api(authority=Silent())
    try:
        found = api.settled(f"certificates/{api.certificate(api.lb())['id']}")
        assert (found["status"], found["status_details"]) == ("error", "the server is down")
    finally:
        api.close()


@pytest.mark.parametrize("step", ["60", "-1d", "1y", "d", "", "99999999999d", "5 d"])
def test_a_step_that_is_no_time_is_refused(zoned, step):
    before = now(zoned)
    answer = zoned.send("PUT", "/_emulator/clock", json.dumps({"advance": step}).encode())
    assert answer.status == 422 and answer.body["message"]
    assert now(zoned) - before < timedelta(minutes=1)


def test_time_ends_before_dates_do(zoned):
    for _ in range(5):
        answer = zoned.send("PUT", "/_emulator/clock", b'{"advance": "999999d"}')
    assert answer.status == 422 and "9000" in answer.raw.decode()
    assert zoned.lb()["status"] == "ready"


@pytest.mark.parametrize(
    ("step", "length"), [("90s", 90), ("5m", 300), ("2h", 7200), ("0.5d", 43200)]
)
def test_the_clock_moves_by_what_is_said(zoned, step, length):
    before = now(zoned)
    after = moment(zoned.pass_time(step)["now"])
    assert timedelta(seconds=length) <= after - before < timedelta(seconds=length + 10)
