"""The parts of the collection fit together: nothing that exists is forgotten somewhere else."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
NAME = "scaleway_community.lb"
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))
PLUGINS = sorted(
    (path.parent.name, path.stem)
    for kind in ("filter", "inventory", "lookup")
    for path in (ROOT / "plugins" / kind).glob("*.py")
)
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())
PLAYBOOKS = sorted(path.name for path in (ROOT / "playbooks").glob("*.yml"))
README = (ROOT / "README.md").read_text()
CITATION = r"\((notes|reference),[\s#]+([\d.]+(?: and [\d.]+)*)\)"
MEANT = r"\b(?:notes|reference),?[\s#]+(?:section )?\d"
"""What means to be a citation, in whatever form."""


@pytest.fixture(scope="session")
def documentation() -> dict[str, dict]:
    """What `ansible-doc` says of each module."""
    names = [f"{NAME}.{module}" for module in MODULES]
    program = Path(sys.executable).with_name("ansible-doc")
    answer = subprocess.run(
        [program, "--json", *names], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return json.loads(answer.stdout)


def action_groups() -> dict[str, list[str]]:
    return yaml.safe_load((ROOT / "meta/runtime.yml").read_text())["action_groups"]


def test_there_are_modules_roles_and_playbooks():
    assert MODULES
    assert ROLES
    assert PLAYBOOKS


def test_the_action_group_all_holds_every_module():
    assert sorted(action_groups()["all"]) == MODULES


def test_the_action_group_resources_holds_every_module_that_writes(documentation):
    writing = [
        module
        for module in MODULES
        if "state" in documentation[f"{NAME}.{module}"]["doc"]["options"]
    ]
    assert sorted(action_groups()["resources"]) == writing


@pytest.mark.parametrize("module", MODULES)
def test_the_documentation_of_a_module_parses_and_is_whole(module, documentation):
    found = documentation[f"{NAME}.{module}"]
    assert found["doc"]["short_description"]
    assert found["doc"]["version_added"]
    assert found["return"]
    assert all(option.get("description") for option in found["doc"]["options"].values())


@pytest.mark.parametrize("module", MODULES)
def test_a_module_runs_inside_the_controller_by_an_action_plugin_of_its_name(module):
    source = (ROOT / "plugins/action" / f"{module}.py").read_text()
    assert source.partition("annotations\n\n")[2] == (
        "from ..plugin_utils.plugin import plugin\n\n"
        "ActionModule = plugin(__name__)\nmain = ActionModule.main\n"
    )


def test_every_action_plugin_is_that_of_a_module():
    assert sorted(path.stem for path in (ROOT / "plugins/action").glob("*.py")) == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_which_action_groups_it_is_in(module, documentation):
    member_of = documentation[f"{NAME}.{module}"]["doc"]["attributes"]["action_group"]["membership"]
    groups = {f"{NAME}.{group}" for group, modules in action_groups().items() if module in modules}
    assert set(member_of) == groups


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_a_module_are_tasks_that_use_it(module, documentation):
    tasks = yaml.safe_load(documentation[f"{NAME}.{module}"]["examples"])
    assert tasks
    assert all("name" in task for task in tasks)
    assert any(f"{NAME}.{module}" in task for task in tasks)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_a_row_in_the_readme(module):
    assert f"| `{module}`" in README


@pytest.mark.parametrize(("kind", "plugin"), PLUGINS)
def test_the_documentation_of_a_plugin_parses_and_is_whole_and_it_is_in_the_readme(kind, plugin):
    program = Path(sys.executable).with_name("ansible-doc")
    answer = subprocess.run(
        [program, "--json", "-t", kind, f"{NAME}.{plugin}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(answer.stdout)[f"{NAME}.{plugin}"]
    assert found["doc"]["version_added"] and found["examples"]
    assert found["return"] or kind == "inventory"
    assert all(option.get("description") for option in found["doc"]["options"].values())
    assert f"`{NAME}.{plugin}`" in README


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_a_contract_and_a_readme_that_names_every_variable(role):
    specification = yaml.safe_load((ROOT / "roles" / role / "meta/argument_specs.yml").read_text())
    text = (ROOT / "roles" / role / "README.md").read_text()
    variables = specification["argument_specs"]["main"]["options"]
    assert variables
    assert [variable for variable in variables if f"`{variable}`" not in text] == []


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_a_playbook_is_in_the_readme(playbook):
    assert f"playbooks/{playbook}" in README


def test_every_make_target_that_the_readme_names_exists():
    named = set(re.findall(r"(?:`|^\$ )make ([a-z]+)", README, re.MULTILINE))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"build", "emulator", "sanity"} <= named
    assert named <= targets


@pytest.fixture(scope="session")
def facts() -> set[tuple[str, str]]:
    """What can be cited of the API: (document, number)."""
    numbered = {"notes": r"^(\d+)\. ", "reference": r"^##+ ([\d.]*\d)\.? "}
    return {
        (document, number)
        for document, form in numbered.items()
        for number in re.findall(form, (ROOT / f"docs/api/{document}.md").read_text(), re.MULTILINE)
    }


def test_what_can_be_cited_is_numbered_without_a_gap(facts):
    notes = [int(number) for document, number in facts if document == "notes"]
    assert sorted(notes) == list(range(1, len(notes) + 1))
    assert {("reference", number) for number in ("1", "4", "4.1", "4.11", "9")} <= facts


def test_every_citation_leads_to_what_is_known_of_the_api(facts):
    cited = set()
    folders = ("plugins", "emulator/src", "tests", "roles", "playbooks", "docs")
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*")):
        if path.suffix not in (".py", ".yml", ".j2", ".md", ".js"):
            continue
        text = path.read_text()
        found = re.findall(CITATION, text)
        assert len(found) == len(re.findall(MEANT, text)), f"{path}: cite as (notes, 23)"
        cited |= {
            (document, number, path)
            for document, numbers in found
            for number in numbers.split(" and ")
        }
    assert {document for document, _number, _path in cited} == {"notes", "reference"}
    assert [one for one in sorted(cited) if one[:2] not in facts] == []


@pytest.mark.parametrize("document", ["notes", "reference"])
def test_what_is_known_of_the_api_names_files_that_there_are(document):
    sources = [
        path for folder in ("plugins", "emulator/src") for path in (ROOT / folder).rglob("*.py")
    ]
    named = re.findall(r"`([a-z0-9_/]+\.py)`", (ROOT / f"docs/api/{document}.md").read_text())
    assert named
    assert [one for one in named if not any(path.match(one) for path in sources)] == []


def test_the_changelog_ends_with_the_version_and_all_its_modules_and_plugins():
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"]
    releases = yaml.safe_load((ROOT / "changelogs/changelog.yaml").read_text())["releases"]
    told = [row["name"] for release in releases.values() for row in release["modules"]]
    assert version in releases
    assert sorted(told) == MODULES
    plugins = [
        (kind, row["name"])
        for release in releases.values()
        for kind, rows in release.get("plugins", {}).items()
        for row in rows
    ]
    assert sorted(plugins) == PLUGINS


@pytest.mark.parametrize(
    ("part", "other"), [("plugins", "scaleway_lb_emulator"), ("emulator", "scaleway_community")]
)
def test_collection_and_emulator_import_nothing_of_each_other(part, other):
    importing = re.compile(rf"^\s*(from|import) \S*{other}", re.MULTILINE)
    sources = list((ROOT / part).rglob("*.py"))
    assert sources
    assert [path for path in sources if importing.search(path.read_text())] == []


def test_the_artifact_holds_what_git_knows_and_nothing_else_that_lies_there(tmp_path):
    clone = tmp_path / "clone"
    shutil.copytree(ROOT, clone, ignore=shutil.ignore_patterns(".git", ".venv", "build", "*cache*"))
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", "-C", clone, *command], check=True)
    (clone / ".venv").symlink_to(ROOT / ".venv")
    for place in (clone, clone / "plugins"):
        (place / "stray.pem").write_text("a private key")
    subprocess.run(["make", "-C", clone, "-o", ".venv/.ready", "build"], check=True)
    (artifact,) = (clone / "build").glob("*.tar.gz")
    with tarfile.open(artifact) as archive:
        names = archive.getnames()
    # what comments cite is there to be read
    assert {"plugins/modules/ip.py", "README.md", "docs/api/notes.md"} <= set(names)
    assert [one for one in names if "stray" in one or one.startswith(("tests/unit", "."))] == []
