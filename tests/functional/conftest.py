"""The modules against the emulator's control plane, whose journal shows what happened."""

import itertools

import pytest
from cloud import Run, clean_environment, run_playbook, serving
from declared import watching
from ways import WAYS, Likeness


@pytest.fixture(scope="session")
def running():
    with serving(
        "--data-plane=none", "--ca=builtin", "--time-scale=0", "--ip-range=127.52.0.0/16"
    ) as cloud:
        yield cloud


@pytest.fixture
def cloud(running):
    """The emulator, empty."""
    running.reset()
    return running


def pytest_generate_tests(metafunc):
    """Run each test that uses modules in both ways in which they run."""
    if "module" in metafunc.fixturenames:
        metafunc.parametrize("way", WAYS, scope="function")


@pytest.fixture
def way():
    """How modules run; the default way unless a test is parametrized."""
    return "in_controller"


@pytest.fixture(scope="session")
def in_the_other_way():
    """The results of each test in the way that ran first."""
    return {}


@pytest.fixture
def alike(way, in_the_other_way, request):
    """Compare a result, key by key, with that of the same step in the other way."""
    test = request.node.nodeid.replace(way, "")
    first = test not in in_the_other_way
    seen = in_the_other_way.setdefault(test, [])
    likeness, steps = Likeness(), itertools.count()

    def compare(result):
        result = likeness.of(result)
        if first:
            seen.append(result)
            return
        assert result == seen[next(steps)], "a module's result depends on the way it runs"

    return compare


@pytest.fixture
def module(cloud, tmp_path, way, alike):
    """Run a module of the collection; return its result."""

    def run(name, /, check=False, environment=None, **options):
        environment = cloud.environment if environment is None else environment
        surroundings = {**clean_environment(tmp_path), **environment}
        result = WAYS[way](name, options, check=check, environment=surroundings)
        alike(result)
        return {**result, "warnings": result.get("warnings", [])}

    return run


@pytest.fixture
def inside(cloud, tmp_path):
    """Run a module inside the controller, for tests that do not depend on the way it runs."""

    def run(name, /, check=False, environment=None, **options):
        environment = cloud.environment if environment is None else environment
        surroundings = {**clean_environment(tmp_path), **environment}
        return WAYS["in_controller"](name, options, check=check, environment=surroundings)

    return run


@pytest.fixture
def stack(cloud, inside):
    """Run `stack`; return its result, with the writes that it made under `written`.

    Which of several errors comes first, for example, depends on which thread is faster, so most
    results are not compared between the two ways to run it.
    """
    return watching(cloud, inside)


@pytest.fixture
def play(cloud, tmp_path, way):
    """Run `ansible-playbook`; return the finished process with its output."""
    switch = {} if way == "in_controller" else {"SCALEWAY_LB_IN_PROCESS": "0"}

    def run(playbook, *arguments, variables=None, environment=None):
        return run_playbook(
            playbook,
            *arguments,
            variables=variables,
            environment={**(cloud.environment if environment is None else environment), **switch},
            home=tmp_path,
        )

    return run


@pytest.fixture
def playbook(play):
    """Run one of the playbooks; it must succeed, or fail if `fails` is set."""

    def run(name, /, *arguments, fails=False, **variables):
        outcome = Run(play(f"playbooks/{name}.yml", *arguments, variables=variables))
        assert outcome.ok != fails, outcome.output
        return outcome

    return run
