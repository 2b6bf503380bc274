"""The playbooks that look after certificates and regions, as a person or AWX runs them."""

import json
import os
import re
import shlex
import subprocess
from xml.etree import ElementTree

import pytest
import requests
import yaml
from cloud import ANSIBLE, PROJECT_ID, ROOT, ZONE, clean_environment
from pki import AUTHORITY, Issued, bundle


def make(cloud, name, zone=ZONE):
    """A load balancer; its ID."""
    return cloud.api("POST", "lbs", {"name": name, "project_id": PROJECT_ID}, zone)["id"]


def import_certificate(cloud, lb_id, name, pem, zone=ZONE):
    body = {"name": name, "custom_certificate": {"certificate_chain": pem}}
    return cloud.api("POST", f"lbs/{lb_id}/certificates", body, zone)["id"]


def seen_from_here(path):
    """The path as one would give it on a command line in the repository."""
    return os.path.relpath(path, ROOT)


@pytest.fixture
def audited(cloud, playbook, tmp_path):
    """Run the audit in a zone or more; its run, its JSON and its JUnit."""

    def run(**variables):
        # one as seen from where the command is given, which is not where the playbook is
        files = {
            "json_file": tmp_path / "audit.json",
            "junit_file": seen_from_here(tmp_path / "audit.xml"),
        }
        with cloud.watched() as writes:
            done = playbook(
                "audit_certificates", **{key: str(path) for key, path in files.items()}, **variables
            )
        assert writes == []
        report = json.loads(files["json_file"].read_text())
        return done, report, ElementTree.parse(tmp_path / "audit.xml").getroot()[0]

    return run


def lines(output, *words):
    """The lines of the output that hold all of these words."""
    return [line for line in output.splitlines() if all(word in line for word in words)]


def test_an_audit_finds_what_ends_and_what_is_in_error_in_every_zone(cloud, audited):
    shop, far = make(cloud, "shop"), make(cloud, "a <far> & 'wide' one", "nl-ams-3")
    import_certificate(cloud, shop, "long", bundle("long.example.com", 90))
    import_certificate(cloud, shop, "late", bundle("late.example.com", 23))
    import_certificate(cloud, far, "soon", bundle("soon.example.com", 21), "nl-ams-3")
    import_certificate(cloud, far, "over", bundle("over.example.com", -3), "nl-ams-3")
    import_certificate(cloud, shop, "early", bundle("early.example.com", 90, since=1))
    cloud.fault(operation="CreateCertificate", kind="error")
    order = {"letsencrypt": {"common_name": f"{address(cloud, shop)}.lb.fr-par.scw.cloud"}}
    cloud.api("POST", f"lbs/{shop}/certificates", {"name": "failed", **order})

    done, report, suite = audited(fails=True)
    assert (
        "4 of 6 certificates end within 21 days, are not valid yet or are in error: "
        "soon, over, early, failed." in done.output
    )
    assert len(lines(done.output, "nl-ams-3", "over", "over.example.com", "-4")) == 2
    assert len(lines(done.output, "fr-par-1", "shop", "long.example.com", "89")) == 1
    assert len(lines(done.output, "failed", "error")) >= 2
    days = {one["name"]: one["days_left"] for one in report}
    assert days == {"long": 89, "late": 22, "early": 89, "failed": None, "soon": 20, "over": -4}
    assert (suite.get("tests"), suite.get("failures")) == ("6", "4")
    failed = {case.get("name"): case.get("classname") for case in suite if len(case)}
    assert failed == {
        "early": "fr-par-1.shop",
        "failed": "fr-par-1.shop",
        "soon": "nl-ams-3.a <far> & 'wide' one",
        "over": "nl-ams-3.a <far> & 'wide' one",
    }


def address(cloud, lb_id):
    """The address of a load balancer as its own name holds it."""
    return cloud.api("GET", f"lbs/{lb_id}")["ip"][0]["ip_address"].replace(".", "-")


def test_an_audit_passes_where_everything_lasts(cloud, audited):
    shop, far = make(cloud, "shop"), make(cloud, "far", "nl-ams-3")
    import_certificate(cloud, shop, "late", bundle("late.example.com", 23))
    import_certificate(cloud, far, "soon", bundle("soon.example.com", 2), "nl-ams-3")
    done, report, suite = audited(zones="fr-par, nl-ams-1")
    assert (
        "None of 1 certificates ends within 21 days, is not valid yet or is in error."
        in done.output
    )
    assert [one["name"] for one in report] == ["late"]
    assert (suite.get("tests"), suite.get("failures")) == ("1", "0")
    # extra variables of a command line are text
    assert "late, soon" in audited(within_days="30", fails=True)[0].output


def test_an_audit_of_nothing_passes_and_writes_no_file(cloud, playbook, tmp_path):
    done = playbook("audit_certificates", json_file="", zones=["fr-par"])
    assert "None of 0 certificates" in done.output and done.changed == 0


def test_an_audit_refuses_what_is_no_number_of_days_or_no_zone(cloud, playbook):
    refused = playbook("audit_certificates", within_days="soon", fails=True)
    assert "within_days: soon is not a number of days" in refused.output
    refused = playbook("audit_certificates", zones="fr", fails=True)
    assert "'fr' is neither a zone nor a region" in " ".join(refused.output.split())
    assert cloud.journal(reads=True) == []


@pytest.fixture
def folder(tmp_path):
    """A folder of PEMs; call it to put one there."""
    place = tmp_path / "certificates"
    place.mkdir()

    def put(file, text):
        (place / file).write_text(text)
        return text

    put.path = str(place)
    return put


def served(cloud, lb_id, zone=ZONE):
    """The certificates of a load balancer by name: when they end."""
    found = cloud.api("GET", f"lbs/{lb_id}/certificates", zone=zone)["certificates"]
    return {one["name"]: one["not_valid_after"] for one in found}


def test_a_rotation_puts_each_file_where_its_names_are(cloud, playbook, folder):
    shop, far = make(cloud, "shop"), make(cloud, "far", "nl-ams-3")
    for name in ("shop", "both", "kept", "newer"):
        import_certificate(cloud, shop, name, bundle(f"{name}.example.com", 30))
    import_certificate(cloud, far, "two", bundle("BOTH.example.com", 20), "nl-ams-3")
    listened_on(cloud, shop, "shop")
    before = served(cloud, shop)
    keys = [folder(f"{name}.pem", bundle(f"{name}.example.com", 90)) for name in ("shop", "both")]
    folder("newer.pem", bundle("newer.example.com", 10))
    folder("other.pem", bundle("other.example.com"))
    folder("notes.txt", "not a PEM, and not named like one")

    with cloud.watched() as writes:
        checked = playbook("rotate_certificates", "--check", folder=folder.path)
    assert writes == [] and checked.changed == 1
    assert {line.split()[4] for line in lines(checked.output, "import", ".pem")} == {
        "fr-par-1",
        "nl-ams-3",
    }
    assert len(lines(checked.output, "import", ".pem")) == 3
    assert len(lines(checked.output, "newer.pem", "lasts longer", "shop")) == 1
    assert len(lines(checked.output, "other.pem", "other.example.com", "matches nothing")) == 1
    assert served(cloud, shop) == before

    done = playbook("rotate_certificates", "-vvv", folder=folder.path)
    assert not any(key.split("\n")[1] in done.output for key in keys)
    after = served(cloud, shop)
    assert {name for name in before if before[name] != after[name]} == {"shop", "both"}
    assert served(cloud, far, "nl-ams-3") == {"two": after["both"]}
    [frontend] = cloud.api("GET", f"lbs/{shop}/frontends")["frontends"]
    assert frontend["certificate"]["not_valid_after"] == after["shop"]

    with cloud.watched() as writes:
        again = playbook("rotate_certificates", folder=folder.path)
    assert writes == [] and again.changed == 0
    assert len(lines(again.output, "is there", ".pem")) == 3


def listened_on(cloud, lb_id, certificate):
    """A frontend that serves the certificate of this name."""
    found = cloud.api("GET", f"lbs/{lb_id}/certificates?name={certificate}")["certificates"]
    body = {
        "name": "web",
        "forward_protocol": "http",
        "forward_port": 80,
        "forward_port_algorithm": "roundrobin",
        "sticky_sessions": "none",
        "health_check": {"port": 80, "check_max_retries": 3, "tcp_config": {}},
        "server_ip": ["10.0.0.1"],
    }
    backend = cloud.api("POST", f"lbs/{lb_id}/backends", body)["id"]
    listening = {"name": "https", "inbound_port": 443, "backend_id": backend}
    cloud.api("POST", f"lbs/{lb_id}/frontends", {**listening, "certificate_ids": [found[0]["id"]]})


def test_a_rotation_keeps_to_its_zones_and_takes_up_what_a_killed_run_began(
    cloud, playbook, folder
):
    shop, far = make(cloud, "shop"), make(cloud, "far", "nl-ams-3")
    import_certificate(cloud, shop, "shop", bundle("shop.example.com", 30))
    import_certificate(cloud, far, "shop", bundle("shop.example.com", 30), "nl-ams-3")
    new = folder("shop.pem", bundle("shop.example.com", 90))
    import_certificate(cloud, shop, "shop.next", new)  # which no frontend lists yet
    with cloud.watched() as writes:
        playbook("rotate_certificates", folder=seen_from_here(folder.path), zones=[ZONE])
    assert {entry["path"].split("/")[4] for entry in writes} == {ZONE}
    [one] = cloud.api("GET", f"lbs/{shop}/certificates")["certificates"]
    assert one["name"] == "shop"


def test_a_rotation_ends_what_was_cut_short_before_the_last_step(cloud, playbook, folder):
    shop = make(cloud, "shop")
    new = folder("shop.pem", bundle("shop.example.com", 90))
    left = import_certificate(cloud, shop, "shop.next", new)
    playbook("rotate_certificates", folder=seen_from_here(folder.path))
    [one] = cloud.api("GET", f"lbs/{shop}/certificates")["certificates"]
    assert (one["id"], one["name"]) == (left, "shop")


def test_a_rotation_that_cannot_be_right_writes_nothing(cloud, playbook, folder):
    shop = make(cloud, "shop")
    for name in ("a", "b", "c"):
        import_certificate(cloud, shop, name, bundle(f"{name}.example.com", 30))
    folder("a.pem", bundle("a.example.com", 90))
    folder("b-1.pem", bundle("b.example.com", 90))
    folder("b-2.pem", bundle("B.example.com", 80))
    folder("c.pem", bundle("c.example.com", -1))
    folder("d.pem", Issued("d.example.com", AUTHORITY).pem)
    with cloud.watched() as writes:
        refused = playbook("rotate_certificates", folder=folder.path, fails=True)
    said = " ".join(refused.output.split())
    assert "b-1.pem and " in said and "b-2.pem are for the same names" in said
    assert "c.pem: the certificate of CN=c.example.com expired on" in said
    assert "d.pem: it holds no private key" in said
    assert writes == []


def test_a_rotation_wants_a_folder_of_pems(cloud, playbook, tmp_path):
    assert "-e folder=FOLDER" in playbook("rotate_certificates", fails=True).output
    refused = playbook("rotate_certificates", folder=str(tmp_path / "no"), zones=ZONE, fails=True)
    assert "There is no folder" in " ".join(refused.output.split())


def regional(cloud, region="fr-par"):
    """What the regional API lists: the IDs of load balancers."""
    url = f"{cloud.url}/lb/v1/regions/{region}/lbs"
    answer = requests.get(url, headers={"X-Auth-Token": "any"}, timeout=30)
    return [one["id"] for one in answer.json()["lbs"]]


@pytest.fixture
def migrated(cloud, playbook, tmp_path):
    """Run the migration; its run, and the IDs with their zones that it wrote down."""

    def run(**variables):
        file = tmp_path / "zoned_ids.yml"
        file.unlink(missing_ok=True)
        with cloud.watched() as writes:
            done = playbook("migrate_region_to_zone", vars_file=str(file), **variables)
        assert writes == []
        return done, yaml.safe_load(file.read_text())["zoned_ids"]

    return run


def test_objects_are_found_in_whatever_zone_they_are(cloud, migrated, playbook, tmp_path):
    near, far = make(cloud, "near"), make(cloud, "far", "nl-ams-3")
    third = make(cloud, "third", "pl-waw-2")
    certificate = import_certificate(cloud, far, "far", bundle("far.example.com"), "nl-ams-3")
    ids = [near, f"nl-ams/{far}", f"nl-ams/{certificate.upper()}", f"pl-waw/{third}"]
    done, zoned = migrated(region="fr-par", ids=",".join(ids))
    assert zoned == {
        near: f"fr-par-1/{near}",
        far: f"nl-ams-3/{far}",
        certificate: f"nl-ams-3/{certificate}",
        third: f"pl-waw-2/{third}",
    }
    assert len(lines(done.output, certificate, "certificate", "far", "nl-ams-3")) == 1
    # again, the other way to give a list
    written = (tmp_path / "zoned_ids.yml").stat().st_mtime_ns
    variables = {"vars_file": str(tmp_path / "zoned_ids.yml"), "ids": ids, "region": "fr-par"}
    assert playbook("migrate_region_to_zone", **variables).changed == 0
    assert (tmp_path / "zoned_ids.yml").stat().st_mtime_ns == written


def test_what_the_regional_api_lists_is_found_of_every_kind(cloud, migrated):
    shop = make(cloud, "shop")
    import_certificate(cloud, shop, "shop", bundle("shop.example.com"))
    listened_on(cloud, shop, "shop")
    [frontend] = cloud.api("GET", f"lbs/{shop}/frontends")["frontends"]
    rule = {
        "name": "deny",
        "index": 0,
        "action": {"type": "deny"},
        "match": {"ip_subnet": ["10.0.0.0/8"]},
    }
    acl = cloud.api("POST", f"frontends/{frontend['id']}/acls", rule)["id"]
    match = {"host_header": "www.example.com"}
    route = {"frontend_id": frontend["id"], "backend_id": frontend["backend"]["id"], "match": match}
    route = cloud.api("POST", "routes", route)["id"]
    owned = {"name": "me", "email_config": {"email": "me@example.com"}, "project_id": PROJECT_ID}
    subscriber = cloud.api("POST", "subscribers", owned)["id"]
    elsewhere = make(cloud, "elsewhere", "nl-ams-1")
    assert regional(cloud) == [shop]
    [address] = cloud.api("GET", "ips")["ips"]
    done, zoned = migrated(region="fr-par")
    everything = {
        shop: "load_balancer",
        address["id"]: "ip",
        frontend["backend"]["id"]: "backend",
        frontend["id"]: "frontend",
        frontend["certificate_ids"][0]: "certificate",
        acl: "acl",
        route: "route",
        subscriber: "subscriber",
    }
    assert zoned == {one: f"fr-par-1/{one}" for one in everything}
    assert all(len(lines(done.output, one, kind)) == 1 for one, kind in everything.items())
    assert elsewhere not in done.output


def test_what_is_nowhere_is_told_before_anything_is_written(cloud, playbook, tmp_path):
    shop = make(cloud, "shop", "fr-par-2")
    gone = "99999999-2222-4333-8444-555555555555"
    variables = {"ids": [gone, shop], "vars_file": str(tmp_path / "ids.yml"), "region": "fr-par"}
    refused = playbook("migrate_region_to_zone", fails=True, **variables)
    assert f"Not found in any zone of their region: {gone}." in " ".join(refused.output.split())
    assert len(lines(refused.output, shop, "load_balancer", "shop", "fr-par-2")) == 1
    assert list(tmp_path.glob("ids.yml*")) == []


def test_what_was_in_the_file_is_kept_beside_it(cloud, playbook, tmp_path):
    shop, file = make(cloud, "shop"), tmp_path / "ids.yml"
    file.write_text("precious: true\n")
    playbook("migrate_region_to_zone", region="fr-par", ids=shop, vars_file=str(file))
    assert shop in file.read_text()
    assert [one.read_text() for one in tmp_path.glob("ids.yml.*")] == ["precious: true\n"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"ids": ["web"]}, "ids: 'web' is not an ID"),
        ({"region": "fr-par-1"}, "'fr-par-1' is not a region. Known are fr-par, nl-ams, pl-waw"),
        (
            {"ids": ["de-fra/11111111-2222-4333-8444-555555555555"]},
            "'de-fra' is neither a zone nor",
        ),
    ],
)
def test_what_is_no_id_or_no_region_is_refused_before_the_first_call(cloud, module, options, says):
    result = module("zone_info", **options)
    assert result["failed"] and says in result["msg"]
    assert cloud.journal(reads=True) == []


def test_a_regional_api_that_is_gone_is_told_with_what_to_do(cloud, module):
    cloud.fault(operation="ListLBs", kind="status", status=410)
    result = module("zone_info", region="fr-par")
    assert "no longer lists what is in a region. Give the ids that you know." in result["msg"]


WEB_1 = "web-1,"


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"load_balancers": "shop"}, "Name a file of tasks to run on each server: -e hook=FILE."),
        (
            {"load_balancers": "shop", "hook": "nope.yml"},
            f"hook: there is no file {ROOT}/nope.yml.",
        ),
        ({"hook": "galaxy.yml"}, "Name the load balancers that web-1 is behind: -e load_balancers"),
    ],
    ids=["no hook", "a hook that is not there", "no load balancers"],
)
def test_a_rolling_update_says_what_it_was_not_given(cloud, playbook, variables, says):
    refused = playbook("rolling_update", "-i", WEB_1, fails=True, **variables)
    assert says in " ".join(refused.output.split())
    assert cloud.journal(reads=True) == []


def test_a_rolling_update_that_fails_prints_the_command_that_puts_the_server_back(
    cloud, inside, playbook, tmp_path
):
    inside("load_balancer", name="shop")
    backend = {
        "load_balancer": "shop",
        "forward_protocol": "http",
        "servers": ["10.0.0.1", "10.0.0.2"],
    }
    for name in ("web", "api"):
        inside("backend", name=name, forward_port=80, **backend)
    hook = tmp_path / "hook.yml"
    hook.write_text("- ansible.builtin.fail:\n")
    variables = {"hook": str(hook), "load_balancers": "shop", "drain_seconds": 0}
    local = {"ansible_connection": "local", "ansible_host": "10.0.0.1"}
    failed = playbook("rolling_update", "-i", WEB_1, fails=True, **variables, **local)

    def pools():
        return [one["pool"] for one in inside("backend_info", load_balancer="shop")["backends"]]

    assert pools() == [["10.0.0.2"], ["10.0.0.2"]]
    said = " ".join(failed.output.replace("\\", "").split())  # ansible-core 2.18 prints it as JSON
    commands = set(re.findall(r"ansible localhost -m \S+ -a '[^']+'", said))
    assert len(commands) == 2 and '"ansible.builtin.fail" failed' in said
    for command in commands:
        program, *arguments = shlex.split(command)
        environment = {**clean_environment(tmp_path), **cloud.environment}
        subprocess.run([ANSIBLE / program, *arguments], cwd=ROOT, env=environment, check=True)
    assert [set(pool) for pool in pools()] == 2 * [{"10.0.0.1", "10.0.0.2"}]


README = (ROOT / "README.md").read_text()


def commands(text):
    """What the blocks of a console run, in order."""
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        rest = iter(block.splitlines())
        for line in rest:
            command = line.removeprefix("$ ")
            if command != line:
                while command.endswith("\\") or command.count("'") % 2:
                    command += "\n" + next(rest)
                yield command


def test_the_commands_of_the_readme_work_in_their_order(cloud, tmp_path, folder):
    for name in (".venv", "ansible.cfg", "playbooks"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "shop.pem").write_text(folder("shop.pem", bundle("shop.example.com", 90)))
    folder("wiki.pem", bundle("wiki.example.com", 90))
    [market] = re.findall(r"```yaml\n(- hosts: localhost\n.*?)```", README, re.DOTALL)
    (tmp_path / "market.yml").write_text(market)
    environment = {**clean_environment(tmp_path), **cloud.environment}
    environment["ANSIBLE_COLLECTIONS_PATH"] = str(ROOT / ".venv/collections")
    ran = 0
    for command in commands(
        README.partition("### SSL offloading")[2].partition("## What a task")[0]
    ):
        if "rolling_update" in command or not command.startswith((".venv/bin/ansible", "echo ")):
            continue
        if "wiki.example.com" in command:
            [ip] = [one for one in cloud.api("GET", "ips")["ips"] if not one["lb_id"]]
            for name in ("wiki", "docs"):
                cloud.resolve(f"{name}.example.com", ip["ip_address"])
        # what is somewhere else for everybody: a folder, and IDs
        command = re.sub(r"-e ids=\S+", "", command.replace("/etc/pki/lb", folder.path))
        done = subprocess.run(
            command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, command + done.stdout + done.stderr
        ran += 1
    assert ran > 15
    assert {one["name"] for one in cloud.api("GET", "lbs")["lbs"]} == {"shop"}
