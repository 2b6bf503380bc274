"""Every module: it says what it would do, does it once, changes each option, and takes it back."""

import importlib

import pytest
import yaml
from cloud import ROOT
from scenarios import ID, SCENARIOS, Stage

PLUGINS = "ansible_collections.scaleway_community.lb.plugins"
WRITING = sorted(
    path.stem
    for path in (ROOT / "plugins/modules").glob("*.py")
    if not path.stem.endswith("_info") and path.stem != "stack"
)

# Options whose effect is another one than that the object has them, and the tests that show it.
ELSEWHERE = {
    "load_balancer": {"release_ip": "test_a_released_address_is_gone_and_another_one_kept"},
    "certificate": {
        "force": "test_force_replaces_what_looks_the_same",
        "check_dns": "test_a_name_that_cannot_be_looked_up_is_ordered_all_the_same",
        "dns_timeout": "test_names_are_given_time_to_appear_in_dns",
        "expires_within_days": "test_what_ends_soon_is_said",
    },
    "backend_servers": {
        "wait_for": "test_a_server_that_is_there_is_waited_for_all_the_same",
        "min_up": "test_so_many_servers_that_are_up_are_left",
    },
}
# What can only change together.
TOGETHER = [
    {f"custom_certificate.{part}" for part in ("certificate", "private_key", "chain")},
    {"match.http_filter", "match.http_filter_value"},
    {"match.http_filter", "match.http_filter_option"},
    {f"acls[].match.{part}" for part in ("http_filter", "http_filter_value", "http_filter_option")},
    {"action.type", "action.redirect.type", "action.redirect.target"},
    {
        f"acls[].{part}"
        for part in ("name", "action.type", "action.redirect.type", "action.redirect.target")
    },
]


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_module_plans_truly_acts_once_and_takes_back(name, cloud, module):
    stage = Stage(name, cloud, module)
    stage.settled(stage.scenario.options)
    for change in stage.scenario.changes:
        stage.settled(change)
    last = stage.scenario.changes[-1] if stage.scenario.changes else {}
    by = {"id": ID} if "id" in last else {}
    removed = stage.settled({**by, "state": "absent", **stage.scenario.absent})
    assert not removed[name]


FIXED = [(name, *case) for name, scenario in SCENARIOS.items() for case in scenario.fixed]


@pytest.mark.parametrize(
    ("name", "made", "refused"),
    FIXED,
    ids=[f"{name}-{list(other)[-1]}" for name, _, other in FIXED],
)
def test_what_cannot_change_is_named_and_nothing_is_written(name, made, refused, cloud, module):
    stage = Stage(name, cloud, module)
    stage.settled(made)
    for check in (True, False):
        result, writes = stage.run(refused, check)
        assert result.get("failed") and writes == []
        assert list(refused)[-1] in result["msg"] and "cannot" in result["msg"]


# Nothing that is documented is forgotten above.


def documented(module):
    """The options that a module documents for itself: {path: description}."""
    source = importlib.import_module(f"{PLUGINS}.modules.{module}")
    return dict(leaves(yaml.safe_load(source.DOCUMENTATION)["options"]))


def leaves(options, above=""):
    """The options that take a value, by their path: `health_check.port`, `acls[].name`."""
    for name, option in options.items():
        if "suboptions" in option:
            below = f"{above}{name}[]." if option["type"] == "list" else f"{above}{name}."
            yield from leaves(option["suboptions"], below)
        else:
            yield f"{above}{name}", str(option["description"])


def values(options, above=""):
    """What a task gives for each path."""
    found = {}
    for name, value in options.items():
        if isinstance(value, dict) and value:
            found |= values(value, f"{above}{name}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for item in value[:1]:
                found |= values(item, f"{above}{name}[].")
        else:
            found[f"{above}{name}"] = value
    return found


def history(scenario):
    """Each path with the values it is given, one after the other, and those that it had alone."""
    given, changed = {}, set()
    state = {}
    for step in ({**scenario.identity, **scenario.options}, *scenario.changes):
        now = values(step)
        differing = {path for path, value in now.items() if state.get(path) != value} - {"id"}
        for path in differing:
            given.setdefault(path, []).append(now[path])
        if len(differing) == 1 or any(differing <= group for group in TOGETHER):
            changed |= differing
        state |= now
    return given, changed


@pytest.mark.parametrize("name", WRITING)
def test_every_documented_option_is_set_and_changed_or_cannot_change(name):
    scenario, elsewhere = SCENARIOS[name], ELSEWHERE.get(name, {})
    given, changed = history(scenario)
    fixed = {list(refused)[-1] for _made, refused in scenario.fixed}
    chosen_by_being_there = {path for path, seen in given.items() if seen == [{}]}
    never = [
        path
        for path in documented(name)
        if path not in {"id", *scenario.identity, *fixed, *elsewhere, *chosen_by_being_there}
        and not (len(given.get(path, [])) > 1 and path in changed)
    ]
    assert never == []


@pytest.mark.parametrize("name", WRITING)
def test_what_the_documentation_says_takes_a_value_back_does(name):
    given, _changed = history(SCENARIOS[name])
    told = {"V('')": "", "V([])": [], "V(0)": 0}
    never = [
        (path, word)
        for path, text in documented(name).items()
        for word, value in told.items()
        if word in text and value not in given.get(path, [])
    ]
    assert never == []


def test_the_tests_that_show_the_other_options_exist():
    texts = [path.read_text() for path in (ROOT / "tests").rglob("test_*.py")]
    for name, options in ELSEWHERE.items():
        for option, test in options.items():
            sources = [text.split(f"def {test}(")[1] for text in texts if f"def {test}(" in text]
            assert sources, test
            given = (f"{option}=", f'"{option}":')
            bodies = [source.split("\ndef ")[0] for source in sources]
            assert any(form in body for body in bodies for form in given), (name, option)
