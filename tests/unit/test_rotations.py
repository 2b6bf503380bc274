"""Which certificate a PEM file is meant for."""

import datetime

import pytest
from ansible_collections.scaleway_community.lb.plugins.lookup.rotations import rotations
from ansible_collections.scaleway_community.lb.plugins.module_utils.certificates import pem
from ansible_collections.scaleway_community.lb.plugins.module_utils.certificates.answers import (
    stamp,
)
from ansible_collections.scaleway_community.lb.plugins.module_utils.problem import Problem
from pki import bundle

NOW = datetime.datetime.now(datetime.UTC)


def certificate(name="shop", names=("shop.example.com",), days=30, lb="one", **fields):
    """An imported certificate as the API shows it."""
    first, *others = names
    return {
        "id": f"id-of-{name}-on-{lb}",
        "name": name,
        "type": "custom",
        "status": "ready",
        "common_name": first,
        "subject_alternative_name": others,
        "not_valid_before": (NOW - datetime.timedelta(days=60)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "not_valid_after": (NOW + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "lb": {"id": lb, "zone": "fr-par-2"},
        **fields,
    }


def verdicts(folder, *certificates):
    """(ID, verdict) of each row for the one file that the folder holds."""
    (folder / "shop.pem").write_text(bundle("shop.example.com", 90))
    rows = list(rotations(folder, list(certificates)))
    assert {row["file"] for row in rows} == {str(folder / "shop.pem")}
    return [(row.get("id"), row["verdict"]) for row in rows]


def test_a_file_goes_wherever_its_names_are_shown_in_any_case_and_order(tmp_path):
    there = [certificate(names=["SHOP.example.com"]), certificate(lb="other")]
    assert verdicts(tmp_path, *there) == [
        ("fr-par-2/id-of-shop-on-one", "import"),
        ("fr-par-2/id-of-shop-on-other", "import"),
    ]


@pytest.mark.parametrize(
    "there",
    [
        [],
        [certificate(type="letsencrypt")],
        [certificate(names=["shop.example.com", "www.shop.example.com"])],
        [certificate(names=["www.shop.example.com"])],
    ],
    ids=["none", "of Let's Encrypt", "for more names", "for others"],
)
def test_what_is_not_for_exactly_these_names_is_not_meant(tmp_path, there):
    assert verdicts(tmp_path, *there) == [(None, "matches nothing")]


def test_what_is_not_valid_yet_stays_a_file(tmp_path):
    (tmp_path / "shop.pem").write_text(bundle("shop.example.com", 90, since=1))
    assert [row["verdict"] for row in rotations(tmp_path, [certificate()])] == ["not valid yet"]


def test_what_lasts_longer_stays_unless_it_is_in_error(tmp_path):
    assert verdicts(tmp_path, certificate(days=91))[0][1] == "lasts longer"
    assert verdicts(tmp_path, certificate(days=91, status="error"))[0][1] == "import"


def test_a_replacement_that_was_begun_goes_with_the_one_that_it_is_for(tmp_path):
    begun = certificate(name="shop.next")
    assert verdicts(tmp_path, certificate(), begun) == [("fr-par-2/id-of-shop-on-one", "import")]
    elsewhere = certificate(name="shop.next", lb="other")
    assert len(verdicts(tmp_path, certificate(), elsewhere)) == 2
    assert verdicts(tmp_path, begun) == [("fr-par-2/id-of-shop.next-on-one", "import")]


def test_what_a_run_that_was_cut_short_left_is_given_its_name(tmp_path):
    (tmp_path / "shop.pem").write_text(bundle("shop.example.com", 90))
    [there] = [row["certificate"] for row in rotations(tmp_path, [certificate(name="shop.next")])]
    file = pem.read({"bundle": (tmp_path / "shop.pem").read_text()})
    there |= {
        "not_valid_before": stamp(file.not_valid_before),
        "not_valid_after": stamp(file.not_valid_after),
    }
    [row] = rotations(tmp_path, [there])
    assert (row["verdict"], row["name"]) == ("import", "shop")
    [row] = rotations(tmp_path, [{**there, "name": "shop"}])
    assert (row["verdict"], row["name"]) == ("is there", "shop")


def test_everything_that_is_wrong_in_a_folder_is_said_at_once(tmp_path):
    (tmp_path / "a.pem").write_bytes(b"\xff\xfe")
    (tmp_path / "b.pem").mkdir()
    (tmp_path / "c.pem").write_text("nothing")
    with pytest.raises(Problem) as raised:
        list(rotations(tmp_path, []))
    said = str(raised.value)
    assert "a.pem cannot be read: it is no text." in said
    assert "b.pem cannot be read: Is a directory." in said
    assert "c.pem: there is no PEM block" in said
