"""The documentation of each module holds: its examples run, and what comes back is what it says."""

import importlib
import json

import pytest
import requests
import yaml
from cloud import ROOT
from objects import NETWORK
from pki import AUTHORITY, Issued

MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))
NAME = "scaleway_community.lb"

# What the examples take for granted, in the order in which it can be made.
THERE = [
    ("load_balancer", {"name": "web", "tags": ["web"]}),
    (
        "backend",
        {
            "load_balancer": "web",
            "name": "web",
            "forward_protocol": "http",
            "forward_port": 80,
            "servers": ["10.0.0.1"],
        },
    ),
    ("certificate", {"load_balancer": "web", "name": "example", "letsencrypt": {}}),
    (
        "frontend",
        {
            "load_balancer": "web",
            "name": "https",
            "inbound_port": 443,
            "backend": "web",
            "certificates": ["example"],
        },
    ),
    (
        "acls",
        {
            "load_balancer": "web",
            "frontend": "https",
            "acls": [{"name": "office", "action": {"type": "allow"}}],
        },
    ),
    (
        "route",
        {"load_balancer": "web", "frontend": "https", "backend": "web", "path_begin": "/web"},
    ),
    ("private_network", {"load_balancer": "web", "private_network_id": NETWORK}),
    (
        "subscriber",
        {"name": "on-call", "webhook_config": {"uri": "https://hooks.example.com/on-call"}},
    ),
]
# How many of these a module's examples need; the others begin where the list ends.
NEEDED = {
    "load_balancer": 0,
    "ip": 1,
    "backend": 1,
    "certificate": 1,
    "frontend": 3,
    "acls": 4,
    "acl": 4,
    "subscriber": 1,
    "stack": 0,
}


def documented(module):
    """The examples and the return values of a module, as data."""
    source = importlib.import_module(f"ansible_collections.{NAME}.plugins.modules.{module}")
    return yaml.safe_load(source.EXAMPLES), yaml.safe_load(source.RETURN)


def differences(value, documented, where):
    """Where a value and its documentation do not say the same."""
    if isinstance(value, list):
        for item in value:
            yield from differences(item, documented, where)
    elif isinstance(value, dict) and "contains" in documented:
        contains = documented["contains"]
        yield from (f"{where}.{key} is not documented" for key in sorted(value.keys() - contains))
        for key, entry in contains.items():
            if key in value:
                yield from differences(value[key], entry, f"{where}.{key}")
            elif entry["returned"] == "success":
                yield f"{where}.{key} is documented and not returned"


@pytest.fixture
def account(cloud, module, tmp_path):
    """Make what the examples of a module take for granted, on the account and on the disk."""

    def prepare(name):
        for kind, options in THERE[: NEEDED.get(name, len(THERE))]:
            result = module(kind, **options)
            assert not result.get("failed"), result
            if kind == "load_balancer":
                address = result["load_balancer"]["ip"][0]["ip_address"]
                for domain in ("shop.example.com", "www.shop.example.com"):
                    record = f"{cloud.url}/_emulator/dns/{domain}"
                    requests.put(record, json={"address": address}, timeout=30).raise_for_status()
        leaf = Issued("shop.example.com", AUTHORITY)
        for file, text in {
            "shop.example.com.crt": leaf.pem,
            "shop.example.com.key": leaf.key,
            "shop.example.com.pem": leaf.key + leaf.pem + AUTHORITY.pem,
            "intermediate.crt": AUTHORITY.pem,
        }.items():
            (tmp_path / file).write_text(text)

    return prepare


@pytest.mark.parametrize("module_name", MODULES)
def test_examples_run_in_order_and_return_what_is_documented(
    account, play, alike, tmp_path, module_name
):
    tasks, returned = documented(module_name)
    account(module_name)
    written = tmp_path / "results.json"
    for number, task in enumerate(tasks):
        task.setdefault("register", f"example_{number}")
    own = [task["register"] for task in tasks if f"{NAME}.{module_name}" in task]
    keep = {
        "content": f"{{{{ [{', '.join(own)}] | to_json }}}}",
        "dest": str(written),
        "mode": "0600",
    }
    process = play([*tasks, {"ansible.builtin.copy": keep}])
    assert process.returncode == 0, process.stdout + process.stderr
    results = json.loads(written.read_text())
    alike([{**result, "invocation": None} for result in results])
    assert len(results) == len(own) > 0
    assert any(result.get(key) for result in results for key in returned)
    from_ansible = {"changed", "failed", "warnings", "diff", "deprecations"}
    for result in results:
        kept = {key: value for key, value in result.items() if key not in from_ansible}
        told = {"contains": returned}
        assert list(differences(kept, told, "result")) == []
