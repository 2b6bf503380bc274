"""The document at /openapi.json, and the page at /docs that needs no network."""

import re

import pytest

from scaleway_lb_emulator.operations import OPERATIONS
from scaleway_lb_emulator.zones import REGIONS, ZONES


@pytest.fixture
def document(zoned):
    return zoned.send("GET", "/openapi.json").body


def described(document):
    """{operation ID: (method, path, operation)} of the API."""
    return {
        said["operationId"]: (method.upper(), path, said)
        for path, methods in document["paths"].items()
        if path.startswith("/lb/")
        for method, said in methods.items()
    }


def test_every_operation_is_described_with_what_it_takes_and_answers(document):
    found = described(document)
    assert len(found) == 54 + 53  # the regional API has no SetACLs
    for operation in OPERATIONS:
        for prefix, there in (("", operation.zoned), ("Regional", operation.regional)):
            if not there:
                continue
            method, path, said = found[prefix + operation.name]
            assert method == operation.method and path.endswith(operation.path)
            assert ("requestBody" in said) == (operation.model is not None), operation.name
            names = {one["name"] for one in said["parameters"] if one["in"] == "path"}
            assert names == set(re.findall(r"{(\w+)}", path))
            assert {"200", "204"} & said["responses"].keys()
            assert said["deprecated"] == bool(prefix)


def test_the_document_knows_the_zones_the_required_and_the_limits(document):
    found = described(document)
    zones = {one["name"]: one["schema"] for one in found["ListLBs"][2]["parameters"]}
    assert zones["zone"]["enum"] == ZONES and zones["order_by"]["enum"][0] == "created_at_asc"
    regions = {one["name"]: one["schema"] for one in found["RegionalListLBs"][2]["parameters"]}
    assert regions["region"]["enum"] == REGIONS
    schemas = document["components"]["schemas"]
    assert schemas["UpdateLB"]["required"] == ["name", "description"]
    port = schemas["UpdateFrontend"]["properties"]["inbound_port"]
    assert (port["type"], port["minimum"], port["maximum"]) == ("integer", 1, 65535)


def test_every_reference_in_the_document_leads_somewhere(zoned, document):
    text = zoned.send("GET", "/openapi.json").raw.decode()
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert names and names <= document["components"]["schemas"].keys()


def test_the_emulators_own_calls_are_described_apart(zoned, document):
    """So that who tests the API by its document does not break it with faults."""
    assert all(path.startswith("/lb/v1/") for path in document["paths"])
    own = zoned.send("GET", "/_emulator/openapi.json").body
    assert {"/faults", "/journal", "/clock", "/dns/{name}", "/reset", "/ca.pem"} <= own[
        "paths"
    ].keys()


@pytest.mark.parametrize("path", ["/docs", "/_emulator/docs"])
def test_the_page_takes_everything_from_here(zoned, path):
    page = zoned.send("GET", path)
    assert page.status == 200 and page.headers["content-type"].startswith("text/html")
    html = page.raw.decode()
    sources = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert len(sources) >= 3
    assert "://" not in html
    for source in sources:
        assert source.startswith("/")
        file = zoned.send("GET", source)
        assert file.status == 200 and file.raw, source
