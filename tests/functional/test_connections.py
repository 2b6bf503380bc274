"""Over TLS all tasks of a run share one connection."""

import pytest
from cloud import run_playbook
from front import behind_tls
from pki import AUTHORITY
from ways import NAME

WEB = {f"{NAME}.load_balancer": {"name": "web"}}


@pytest.fixture
def front(cloud, tmp_path):
    with behind_tls(cloud, tmp_path) as front:
        yield front


@pytest.fixture
def play(front, tmp_path):
    """Run tasks over TLS; return the finished process and how many connections it opened."""

    def run(*tasks):
        before = front.connections()
        process = run_playbook(list(tasks), environment=front.environment, home=tmp_path)
        return process, front.connections() - before

    return run


def test_the_items_of_a_loop_share_one_connection(play):
    process, connections = play({f"{NAME}.ip": {"tags": ["{{ item }}"]}, "loop": list("abcde")})
    assert process.returncode == 0, process.stdout
    assert process.stdout.count("changed: [localhost]") == 5
    assert connections == 1


def test_a_stack_opens_no_more_connections_than_it_has_threads(play):
    backends = [
        {"name": f"b{number}", "forward_protocol": "http", "forward_port": 80, "servers": []}
        for number in range(30)
    ]
    stack = {"load_balancer": {"name": "web"}, "backends": backends}
    process, connections = play({f"{NAME}.stack": stack})
    assert process.returncode == 0, process.stdout
    assert 1 < connections <= 9  # that of the task itself, too


def test_the_tasks_of_a_run_share_one_connection(play):
    process, connections = play(WEB, WEB, {f"{NAME}.ip_info": {}})
    assert process.returncode == 0, process.stdout
    assert connections == 1


def test_without_verification_they_do_so_too(play):
    insecure = {f"{NAME}.load_balancer": {"name": "web", "validate_certs": False}}
    process, connections = play(insecure, insecure)
    assert process.returncode == 0, process.stdout
    assert "Unverified" not in process.stdout + process.stderr
    assert connections == 1


def test_authorities_that_cannot_be_read_are_told_by_the_task(front, play):
    front.authorities.unlink()
    process, connections = play(WEB)
    assert process.returncode == 2
    assert f"the CA certificates in {front.authorities} cannot be read" in process.stdout
    assert "Traceback" not in process.stdout + process.stderr
    assert connections == 0


def test_an_authority_that_a_task_has_added_counts_for_the_next_ones(front, play):
    complete = front.authorities.read_text()
    front.authorities.write_text(complete.removesuffix(AUTHORITY.pem))
    add = {"ansible.builtin.copy": {"dest": str(front.authorities), "content": complete}}
    process, _connections = play({**WEB, "ignore_errors": True}, add, WEB)
    assert process.returncode == 0, process.stdout
    assert "could not be verified" in process.stdout and "ignored=1" in process.stdout
