"""The inventory plugin: the servers behind load balancers, as ansible-inventory shows them."""

import importlib
import json
import subprocess

import pytest
import yaml
from cloud import ANSIBLE, PROJECT_ID, ROOT, SECRET_KEY, ZONE, clean_environment

NAME = "scaleway_community.lb.servers"
OTHER_PROJECT = "77777777-8888-4999-8aaa-000000000000"
GRAPH = """\
@all:
  |--@ungrouped:
  |--@lb_shop:
  |  |--@backend_shop__web:
  |  |  |--10.0.0.1
  |  |  |--10.0.0.2
  |  |--@backend_shop__api_v2:
  |  |  |--10.0.0.2
  |  |  |--10.0.0.3
  |--@lb_blog:
  |  |--@backend_blog__web:
  |  |  |--10.0.0.1
"""


def make(cloud, name, backends, zone=ZONE, project_id=PROJECT_ID, **fields):
    """A load balancer with backends ({name: (port, servers)}); its ID."""
    body = {"name": name, "project_id": project_id, **fields}
    lb_id = cloud.api("POST", "lbs", body, zone)["id"]
    for backend, (port, servers) in backends.items():
        body = {
            "name": backend,
            "forward_protocol": "tcp",
            "forward_port": port,
            "forward_port_algorithm": "roundrobin",
            "sticky_sessions": "none",
            "health_check": {"port": port, "check_max_retries": 3, "tcp_config": {}},
            "server_ip": servers,
        }
        cloud.api("POST", f"lbs/{lb_id}/backends", body, zone)
    return lb_id


@pytest.fixture
def account(cloud):
    """A shop and a blog, which share a server, and something in another zone; IDs by name."""
    return {
        "shop": make(
            cloud,
            "shop",
            {"web": (80, ["10.0.0.1", "10.0.0.2"]), "api-v2": (443, ["10.0.0.2", "10.0.0.3"])},
            tags=["production", "eu"],
        ),
        "blog": make(cloud, "blog", {"web": (80, ["10.0.0.1"])}),
        "far": make(cloud, "far", {"web": (80, ["10.1.0.1"])}, "fr-par-2", tags=["production"]),
    }


@pytest.fixture
def inventory(cloud, tmp_path):
    """Run `ansible-inventory` on a configuration; return the finished process."""

    def run(
        options,
        *arguments,
        environment=None,
        file="web.scaleway_lb.yml",
        program="ansible-inventory",
    ):
        path = tmp_path / file
        path.write_text(yaml.safe_dump({"plugin": NAME, **options}))
        return subprocess.run(
            [ANSIBLE / program, "-i", str(path), *(arguments or ["--list"])],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            env={
                **clean_environment(tmp_path),
                **(cloud.environment if environment is None else environment),
                "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
                "ANSIBLE_FORCE_COLOR": "false",
            },
        )

    return run


@pytest.fixture
def listed(inventory):
    """The inventory as `--list` shows it: its groups, and the variables of each host."""

    def run(options, *arguments, **more):
        done = inventory(options, "--list", *arguments, **more)
        assert done.returncode == 0, done.stderr
        assert SECRET_KEY not in done.stdout + done.stderr
        # how Ansible writes down text that it must not evaluate
        content = json.loads(done.stdout, object_hook=lambda one: one.get("__ansible_unsafe", one))
        return content, content["_meta"]["hostvars"]

    return run


def test_the_graph_shows_servers_in_backends_in_load_balancers(account, inventory):
    done = inventory({}, "--graph")
    assert done.stdout.strip() == GRAPH.strip(), done.stderr


def test_a_host_knows_what_it_is_behind(account, cloud, listed):
    _, hosts = listed({})
    shared = hosts["10.0.0.1"]
    assert shared["ansible_host"] == shared["scaleway_lb_address"] == "10.0.0.1"
    assert [lb["name"] for lb in shared["scaleway_lb_load_balancers"]] == ["shop", "blog"]
    ids = [f"fr-par-1/{account[name]}" for name in ("shop", "blog")]
    assert shared["scaleway_lb_load_balancer_ids"] == ids
    shop = cloud.api("GET", f"lbs/{account['shop']}/backends")["backends"]
    assert hosts["10.0.0.2"]["scaleway_lb_backends"] == shop
    assert hosts["10.0.0.2"]["scaleway_lb_load_balancers"] == [
        cloud.api("GET", f"lbs/{account['shop']}")
    ]


def test_nothing_is_written(account, cloud, listed):
    with cloud.watched() as writes:
        listed({"zones": ["all"]})
    assert writes == []


def test_the_examples_of_the_documentation_work(account, cloud, inventory, listed):
    source = importlib.import_module(
        f"ansible_collections.{NAME.rpartition('.')[0]}.plugins.inventory.servers"
    )
    plain, everywhere, networks = yaml.safe_load_all(source.EXAMPLES)
    assert inventory(plain, "--graph").stdout.strip() == GRAPH.strip()

    environment = {**cloud.environment, "PRODUCTION_SECRET_KEY": SECRET_KEY}
    del environment["SCW_SECRET_KEY"]
    groups, hosts = listed(everywhere, environment=environment)
    assert set(hosts) == {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.1.0.1"}
    assert groups["zone_fr_par_2"]["hosts"] == ["10.1.0.1"]
    assert groups["tag_eu"]["hosts"] == ["10.0.0.1", "10.0.0.2", "10.0.0.3"]
    assert groups["encrypted"]["hosts"] == ["10.0.0.2", "10.0.0.3"]
    # ansible-core 2.18 makes text of what it composes
    assert [str(hosts["10.0.0.2"][key]) for key in ("weight", "ansible_user")] == ["2", "root"]

    groups, hosts = listed(networks)
    assert groups["backend_blog__web"]["hosts"] == ["blog-10.0.0.1"]
    assert hosts["blog-10.0.0.1"]["ansible_host"] == "10.0.0.1"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"zone": "fr-par-2"}, {"lb_far"}),
        ({"zones": ["fr-par-2"]}, {"lb_far"}),
        ({"zones": ["fr-par"]}, {"lb_shop", "lb_blog", "lb_far"}),
        ({"zones": "nl-ams,fr-par-2"}, {"lb_far"}),
        ({"load_balancers": ["blog"]}, {"lb_blog"}),
        ({"zones": ["all"], "tags": ["production"]}, {"lb_shop", "lb_far"}),
        ({"tags": ["production", "eu"]}, {"lb_shop"}),
        ({"project_id": OTHER_PROJECT}, {"lb_mine"}),
    ],
    ids=lambda value: str(sorted(value) if isinstance(value, set) else value),
)
def test_what_is_asked_for_is_what_is_there(account, cloud, listed, options, expected):
    make(cloud, "mine", {"web": (80, ["10.0.0.9"])}, project_id=OTHER_PROJECT)
    groups, _ = listed(options)
    assert {group for group in groups if group.startswith("lb_")} == expected


def test_a_load_balancer_goes_by_its_id_too(account, listed):
    groups, _ = listed({"load_balancers": [f"fr-par-1/{account['blog']}"]})
    assert "lb_blog" in groups and "lb_shop" not in groups


def test_the_account_comes_from_the_profile(account, cloud, listed, tmp_path):
    settings = {"secret_key": SECRET_KEY, "default_zone": "fr-par-2", "api_url": cloud.url}
    folder = tmp_path / ".config" / "scw"
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text(yaml.safe_dump({"profiles": {"work": settings}}))
    groups, _ = listed({"profile": "work"}, environment={})
    assert "lb_far" in groups and "lb_shop" not in groups


def test_extra_variables_fill_templates(account, listed):
    groups, _ = listed(
        {"zone": "{{ where }}", "tags": ["{{ tag }}"]},
        "-e",
        "where=fr-par-2",
        "-e",
        "tag=production",
    )
    assert "lb_far" in groups


def test_all_pages_are_read(cloud, listed):
    servers = {f"pool-{number:03}": (80, [f"10.0.1.{number}"]) for number in range(120)}
    make(cloud, "big", servers)
    _, hosts = listed({})
    assert len(hosts) == 120


def test_the_cache_spares_the_api_and_holds_no_secret(account, cloud, inventory, listed, tmp_path):
    folder = tmp_path / "cache"
    caching = {
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(folder),
    }
    first = listed(caching)
    with cloud.watched(reads=True) as calls:
        assert listed(caching) == first
    assert calls == []
    make(cloud, "new", {"web": (80, ["10.0.0.7"])})
    assert listed(caching) == first
    refresh = [str(ROOT / "playbooks/teardown.yml"), "--list-hosts", "--flush-cache"]
    assert inventory(caching, *refresh, program="ansible-playbook").returncode == 0
    assert "lb_new" in listed(caching)[0]
    # another part of the account, or of the cloud, is not answered with this one
    assert listed({**caching, "project_id": OTHER_PROJECT})[1] == {}
    assert set(listed({**caching, "zones": ["fr-par-2"]})[1]) == {"10.1.0.1"}
    files = list(folder.iterdir())
    assert len(files) == 3
    assert not any(SECRET_KEY in file.read_text() for file in files)


def test_what_cannot_be_composed_is_left_out_unless_strict(account, inventory, listed):
    options = {"compose": {"weight": "nothing.at_all"}, "keyed_groups": [{"key": "nothing"}]}
    _, hosts = listed(options)
    assert "weight" not in hosts["10.0.0.1"]
    done = inventory({**options, "strict": True})
    assert done.returncode != 0 and "weight" in done.stderr


def test_a_name_or_a_description_is_never_evaluated(cloud, listed):
    make(cloud, "{{ 6 * 7 }}", {"web": (80, ["10.0.0.1"])}, description="{{ 6 * 7 }}")
    groups, hosts = listed({"compose": {"text": "scaleway_lb_load_balancers[0].description"}})
    assert groups["lb____6___7___"]["children"] == ["backend____6___7_____web"]
    assert hosts["10.0.0.1"]["text"] == "{{ 6 * 7 }}"


# what is wrong with the configuration, and what the message says
REFUSED = {
    "a zone that is none": ({"zones": ["fr"]}, "zones: 'fr' is neither a zone nor a region"),
    "an option that is none": ({"zons": ["all"]}, "zons: there is no such option"),
    "a load balancer that is nowhere": (
        {"load_balancers": ["blog", "wiki"], "zones": ["fr-par"]},
        "there is no load balancer wiki in fr-par-1, fr-par-2",
    ),
    "a load balancer without the tags": (
        {"load_balancers": ["blog"], "tags": ["eu"]},
        "there is no load balancer blog in fr-par-1 that carries the tags eu",
    ),
    "one name for two servers": (
        {"hostname": "load_balancer.name"},
        "hostname: 10.0.0.1 and 10.0.0.2 are both named 'shop'",
    ),
    "a name that cannot be evaluated": ({"hostname": "nothing.at_all"}, "hostname: 'nothing.at_all'"),
    "a name that is none": ({"hostname": "backend.host"}, "gives '', which is no name"),
    "a secret key that cannot be sent": ({"secret_key": "a\nb"}, "The secret key holds a line break"),
    "an address without an API": (
        {"api_url": "http://a:key-of-the-user@127.0.0.1:1"},
        "http://a:********@127.0.0.1:1 to GET lbs: the connection was refused",
    ),
    "a profile that is not there": ({"profile": "work"}, "profile 'work': there is no"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_wrong_is_told(account, cloud, inventory, what):
    options, says = REFUSED[what]
    environment = {**cloud.environment, "SCW_SECRET_KEY": "key-of-the-user"}
    done = inventory(options, environment=environment)
    said = " ".join(done.stderr.split())
    assert done.returncode != 0 and says in said, said
    assert "Traceback" not in done.stderr and "key-of-the-user" not in done.stderr


def test_no_secret_key_says_where_to_give_one(inventory):
    done = inventory({}, environment={"SCW_API_URL": "http://127.0.0.1:1"})
    assert "set SCW_SECRET_KEY" in " ".join(done.stderr.split())


def test_a_refusal_of_the_api_is_told_and_nothing_remembered(
    account, cloud, inventory, listed, tmp_path
):
    caching = {
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(tmp_path / "cache"),
    }
    cloud.fault(operation="ListBackends", kind="status", status=403)
    done = inventory(caching)
    said = " ".join(done.stderr.split())
    assert done.returncode != 0 and "In zone fr-par-1: The API refused GET lbs/" in said, said
    assert "LoadBalancersFullAccess" in said
    assert "lb_shop" in listed(caching)[0]


def test_another_file_name_is_not_taken(account, inventory):
    done = inventory({}, file="web.yml")
    assert done.returncode != 0 and "could not be verified" in " ".join(done.stderr.split())
