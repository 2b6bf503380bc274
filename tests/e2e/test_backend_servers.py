"""Servers come and go one by one, and the statistics say when."""

import pytest
from cloud import run_playbook

NOBODY = "127.63.0.200"


@pytest.fixture
def backend_servers(lb, emulator, tmp_path):
    """Run one task of the module; the finished process."""

    def run(**options):
        there = {"load_balancer": lb.lb["id"], "backend": "web"}
        task = {"scaleway_community.lb.backend_servers": there | options}
        return run_playbook([task], environment=emulator.environment, home=tmp_path)

    return run


def test_a_server_serves_once_it_is_up_and_no_more_once_it_is_drained(
    lb, backend_servers, web_servers
):
    red, blue = web_servers.addresses
    lb.frontend(lb.backend([red], web_servers.port))
    done = backend_servers(servers=[blue], wait_for="up", wait_timeout=30)
    assert done.returncode == 0, done.stdout
    assert set(lb.names(6)) == {"red", "blue"}
    done = backend_servers(servers=[red], state="absent", wait_for="drained", wait_timeout=30)
    assert done.returncode == 0, done.stdout
    assert set(lb.names(6)) == {"blue"}


def test_a_server_that_does_not_come_up_is_named_with_its_health(lb, backend_servers, web_servers):
    lb.frontend(lb.backend([NOBODY], web_servers.port))
    done = backend_servers(servers=[NOBODY], wait_for="up", wait_timeout=4)
    assert done.returncode != 0
    assert f"Backend 'web': not up are still {NOBODY} (stopped, health check" in done.stdout
    assert "after 4 seconds (wait_timeout)" in done.stdout


def test_a_server_that_comes_again_is_checked_again(lb, backend_servers, web_servers, site):
    green = site(port=web_servers.port)
    servers = [*web_servers.addresses, green.server_address[0]]
    lb.frontend(lb.backend(servers, web_servers.port))
    mine = {"servers": servers[-1:], "wait_timeout": 30}
    assert backend_servers(**mine, wait_for="up").returncode == 0
    assert backend_servers(**mine, state="absent", wait_for="drained").returncode == 0
    green.stop()
    done = backend_servers(servers=servers[-1:], wait_for="up", wait_timeout=3)
    assert done.returncode != 0
    assert f"not up are still {servers[-1]} (stopped" in done.stdout
