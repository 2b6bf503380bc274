"""Where each value of the configuration comes from."""

import pytest
from ansible_collections.scaleway_community.lb.plugins.module_utils.config import read, zones
from ansible_collections.scaleway_community.lb.plugins.module_utils.problem import Problem

KEY = "11111111-2222-4333-8444-555555555555"
FILE = """
access_key: SCWTOP
secret_key: top-key
default_zone: nl-ams-1
default_project_id: top-project
active_profile: work
profiles:
  work:
    secret_key: work-key
    api_url: https://work.example.com/
  play:
    secret_key: play-key
    insecure: true
"""


@pytest.fixture
def home(tmp_path):
    """A home directory with a Scaleway configuration file, as an environment."""
    folder = tmp_path / ".config" / "scw"
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text(FILE)
    return {"HOME": str(tmp_path)}


def test_an_option_wins_over_the_environment_and_that_over_the_profile(home):
    environment = {**home, "SCW_SECRET_KEY": "environment-key"}
    assert read({"secret_key": KEY}, environment).secret_key == KEY
    assert read({}, environment).secret_key == "environment-key"
    assert read({}, home).secret_key == "work-key"


def test_the_active_profile_is_laid_over_the_top_level(home):
    config = read({}, home)
    assert (config.api_url, config.zone) == ("https://work.example.com", "nl-ams-1")
    assert (config.access_key, config.project_id) == ("SCWTOP", "top-project")


def test_a_profile_is_chosen_by_option_or_environment(home):
    assert read({"profile": "play"}, home).secret_key == "play-key"
    assert read({}, {**home, "SCW_PROFILE": "play"}).secret_key == "play-key"
    assert read({}, {**home, "SCW_PROFILE": "default"}).secret_key == "top-key"


def test_the_real_api_in_fr_par_1_is_the_built_in_default():
    config = read({"secret_key": KEY}, {})
    assert (config.api_url, config.zone) == ("https://api.scaleway.com", "fr-par-1")
    assert config.validate_certs and config.api_timeout == 30 and not config.zone_given


def test_scw_insecure_and_the_profile_turn_verification_off_and_the_option_back_on(home):
    assert not read({"secret_key": KEY}, {"SCW_INSECURE": "true"}).validate_certs
    assert not read({"profile": "play"}, home).validate_certs
    assert read({"profile": "play", "validate_certs": True}, home).validate_certs


def test_a_key_with_the_line_break_of_the_file_it_came_from_is_taken_without_it():
    assert read({"secret_key": f"{KEY}\n"}, {}).secret_key == KEY


@pytest.mark.parametrize(
    ("options", "environment", "says"),
    [
        ({}, {}, "No secret key: give the option secret_key, set SCW_SECRET_KEY"),
        ({"secret_key": "a\nb"}, {}, "line break"),
        ({"secret_key": KEY, "zone": "fr-par"}, {}, "'fr-par' is not a zone"),
        ({"secret_key": KEY, "api_url": "localhost:8480"}, {}, "does not begin with https://"),
        ({"secret_key": KEY, "api_url": "https://"}, {}, "'https:/?/?' names no host"),
        ({"secret_key": KEY, "api_url": "https://a..b"}, {}, "'https://a..b' names no host"),
        ({"secret_key": KEY, "api_url": f"https://{'a' * 64}.fr"}, {}, "names no host"),
        ({"secret_key": KEY, "api_url": "https://[::1"}, {}, "names no host"),
        ({"secret_key": KEY, "api_url": "https://localhost:84800"}, {}, "names no host"),
        ({"secret_key": KEY, "api_timeout": 0}, {}, "api_timeout: 0 is not between 1 and 3600"),
        ({"secret_key": KEY, "api_timeout": -1}, {}, "api_timeout: -1 is not between 1 and 3600"),
        ({"secret_key": KEY, "api_timeout": 10**12}, {}, "is not between 1 and 3600 seconds"),
        ({"profile": "work"}, {}, "there is no Scaleway configuration file"),
        ({"config_path": "/nowhere/config.yaml"}, {}, "/nowhere/config.yaml is not a file"),
    ],
)
def test_what_cannot_be_used_is_named(options, environment, says):
    with pytest.raises(Problem, match=says):
        read(options, environment)


def test_an_unknown_profile_names_the_known_ones(home):
    with pytest.raises(Problem, match=r"'nobody' is not in .*default, work, play"):
        read({"profile": "nobody"}, home)


def test_a_broken_file_is_named_without_its_content(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("secret_key: [very-secret\n")
    with pytest.raises(Problem, match="is not valid YAML, line") as failure:
        read({"config_path": str(path)}, {})
    assert "very-secret" not in str(failure.value)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ([], []),
        (["nl-ams-1"], ["nl-ams-1"]),
        (["fr-par"], ["fr-par-1", "fr-par-2"]),
        (["fr-par-2", "fr-par"], ["fr-par-2", "fr-par-1"]),
        (["fr-par-9"], ["fr-par-9"]),
    ],
)
def test_zones_are_meant_by_themselves_and_by_their_region(words, meant):
    assert zones(words) == meant


def test_all_means_the_zones_of_all_regions():
    assert zones(["all"]) == zones(["fr-par", "nl-ams", "pl-waw"])
    assert len(zones(["all"])) == 8


@pytest.mark.parametrize("word", ["", "fr", "fr-par-", "de-fra", "ALL"])
def test_what_is_no_zone_is_told_with_those_that_are(word):
    with pytest.raises(Problem, match=r"neither a zone nor a region.*fr-par-1, fr-par-2, nl-ams-1"):
        zones([word])
