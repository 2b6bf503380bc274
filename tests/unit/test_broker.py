"""The process that sends the requests of all tasks: fast if it is there, missed if it is not."""

import json
import logging
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from ansible_collections.scaleway_community.lb.plugins.module_utils import connections, exchange
from ansible_collections.scaleway_community.lb.plugins.module_utils.api import AnswerLost, Api
from ansible_collections.scaleway_community.lb.plugins.module_utils.config import Config
from ansible_collections.scaleway_community.lb.plugins.plugin_utils import broker, plugin
from cloud import SECRET_KEY

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")


class Server:
    """Answers each request with its path and its connection's number, once it may."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.asked, self.may = [], threading.Semaphore(1000)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        for number in range(50):
            try:
                connection = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.talk, args=(connection, number), daemon=True).start()

    def talk(self, connection, number):
        with connection:
            while head := self.heard(connection):
                method, path, _rest = head.decode().split(" ", 2)
                self.asked.append((method, number))
                self.may.acquire()
                body = json.dumps({"path": path.rpartition("/")[2], "connection": number})
                head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
                connection.sendall(f"{head}{body}".encode())

    def heard(self, connection):
        try:
            return connection.recv(65536)
        except ConnectionResetError:  # by a broker that was killed
            return b""

    def hold(self):
        """From now on, answer nothing."""
        while self.may.acquire(blocking=False):
            pass

    def await_requests(self, number):
        until(lambda: len(self.asked) >= number)


def until(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def server():
    server = Server()
    yield server
    server.may.release(1000)
    server.listener.close()


@pytest.fixture
def running(monkeypatch):
    """A broker that this process sends through."""
    running = broker.start()
    monkeypatch.setattr(exchange, "sender", running)
    yield running
    running.inbox.close()  # nobody else has it: the broker ends
    assert os.waitpid(running.pid, 0)[0] == running.pid


@pytest.fixture
def api(server, running):
    return Api(Config(secret_key=SECRET_KEY, zone="fr-par-1", api_url=server.url))


@contextmanager
def forked(work):
    """Do `work` in a fork of this process; yield what waits for its result."""
    receiving, sending = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(sending, json.dumps(work()).encode())
        finally:
            os._exit(0)
    os.close(sending)
    with open(receiving) as result:
        yield lambda: json.load(result)
    os.waitpid(child, 0)


def in_fork(work):
    with forked(work) as result:
        return result()


def test_a_process_and_its_forks_share_one_connection(api):
    assert api.get("lbs") == {"path": "lbs", "connection": 0}
    for name in ("ips", "routes"):
        assert in_fork(lambda name=name: api.get(name)) == {"path": name, "connection": 0}
    assert api.get("acls") == {"path": "acls", "connection": 0}


def ask_at_once(api, server, names):
    """Ask for all names in threads of their own, before any is answered; return the answers."""
    server.hold()
    answers = {}
    threads = [
        threading.Thread(target=lambda name=name: answers.update({name: api.get(name)}))
        for name in names
    ]
    for thread in threads:
        thread.start()
    server.await_requests(len(threads))
    server.may.release(100)
    for thread in threads:
        thread.join(10)
    return answers


def test_requests_of_several_threads_are_sent_at_the_same_time(api, server):
    answers = ask_at_once(api, server, ("lbs", "ips", "routes"))
    assert {name: answer["path"] for name, answer in answers.items()} == {
        name: name for name in ("lbs", "ips", "routes")
    }


def test_forks_do_not_wait_for_each_other(api, server):
    api.get("lbs")
    server.hold()
    with forked(lambda: api.get("ips")) as ips, forked(lambda: api.get("routes")) as routes:
        server.await_requests(3)
        server.may.release(100)
        assert (ips()["path"], routes()["path"]) == ("ips", "routes")


def test_an_interrupt_while_it_is_forked_does_not_make_it_a_second_ansible(monkeypatch):
    fork = os.fork

    def interrupted():
        pid = fork()
        if not pid:
            os.kill(os.getpid(), signal.SIGINT)
        return pid

    monkeypatch.setattr(os, "fork", interrupted)
    running = broker.start()
    until(lambda: os.readlink(f"/proc/{running.pid}/fd/1") == os.devnull)  # it is at work
    running.inbox.close()
    assert os.waitpid(running.pid, 0)[1] == 0


def test_an_interrupt_that_ends_ansible_leaves_it_the_broker_until_then(api, running):
    api.get("lbs")
    os.kill(running.pid, signal.SIGINT)  # a terminal sends it to both
    assert api.get("ips") == {"path": "ips", "connection": 0}
    assert alive(running.pid)


@pytest.fixture
def log(tmp_path, monkeypatch):
    """Ansible's log, to which all libraries log, too; requests has a reason to do so."""
    monkeypatch.setattr(connections, "MOST", 1)
    handler = logging.FileHandler(tmp_path / "ansible.log")
    logging.getLogger().addHandler(handler)
    yield tmp_path / "ansible.log"
    logging.getLogger().removeHandler(handler)
    handler.close()


def test_what_libraries_say_there_is_not_in_the_users_log(log, api, server):
    assert len(ask_at_once(api, server, ("lbs", "ips", "routes"))) == 3
    assert log.read_text() == ""


def test_without_a_broker_requests_are_sent_directly(api, server, running):
    os.kill(running.pid, signal.SIGKILL)
    os.waitid(os.P_PID, running.pid, os.WEXITED | os.WNOWAIT)
    assert api.get("lbs") == {"path": "lbs", "connection": 0}
    assert api.request("POST", "ips") == {"path": "ips", "connection": 0}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_broker_that_ends_during_a_request_has_lost_its_answer(api, server, running, method):
    server.hold()
    threading.Thread(target=kill_after_a_request, args=(server, running), daemon=True).start()
    if method == "POST":
        with pytest.raises(AnswerLost, match="the process that holds the connections has ended"):
            api.request(method, "lbs")
        assert len(server.asked) == 1
    else:
        assert api.request(method, "lbs")["path"] == "lbs"
        assert len(server.asked) == 2


def kill_after_a_request(server, running):
    server.await_requests(1)
    os.kill(running.pid, signal.SIGKILL)
    server.may.release(100)


def test_an_answer_that_nobody_waited_for_is_not_that_of_the_next_request(api, server):
    """A task's timeout is an exception like this one."""

    def interrupt(number, frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        server.hold()
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(KeyboardInterrupt):
            api.get("lbs")
        server.may.release(100)
        assert api.get("ips")["path"] == "ips"
    finally:
        signal.signal(signal.SIGALRM, before)


@pytest.fixture
def few_files():
    """At first, processes that are started may open few files, as on many systems."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_many_threads_of_many_workers_can_be_connected(few_files, server, running, api):
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (2000, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    )
    channels = []
    for _number in range(1100):
        running.forget_channels()
        channels.append(running.channel())
    running.forget_channels()
    answers = []
    thread = threading.Thread(target=lambda: answers.append(api.get("lbs")), daemon=True)
    thread.start()
    thread.join(10)
    assert answers == [{"path": "lbs", "connection": 0}]
    assert os.waitpid(running.pid, os.WNOHANG) == (0, 0), "it has not ended"
    for channel in channels:
        channel.close()


def test_what_goes_wrong_there_is_told_here(api, running):
    refused = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{refused.getsockname()[1]}/"
    refused.close()
    request = exchange.Request("GET", url, None, {}, None, 5, True, {})
    with pytest.raises(exchange.NoAnswer) as caught:
        running.send(request)
    assert (caught.value.reason, caught.value.sent) == ("the connection was refused.", False)
    with pytest.raises(exchange.NoAnswer) as caught:
        running.send(request._replace(timeout="soon"))
    assert caught.value.reason.startswith("ValueError: ") and caught.value.sent


def test_the_broker_ends_with_the_process_that_started_it_however_that_ends():
    source = (
        "import time\n"
        f"from {broker.__name__} import start\n"
        "print(start().pid, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", source]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        pid = int(process.stdout.readline())
        until(lambda: os.readlink(f"/proc/{pid}/fd/1") == os.devnull)  # it holds up no pipe
        process.kill()
    until(lambda: not alive(pid))


@pytest.mark.parametrize("ending", ["", "raise SystemExit(2)", "raise KeyboardInterrupt"])
def test_no_zombie_is_left_to_a_container_without_init(ending):
    source = f"from {broker.__name__} import start\nprint(start().pid, flush=True)\n{ending}"
    process = subprocess.run(
        [sys.executable, "-c", source],
        capture_output=True,
        text=True,
        timeout=30,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert not os.path.exists(f"/proc/{int(process.stdout)}")


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_only_ansibles_own_process_starts_one(monkeypatch):
    assert not plugin.wants_broker(), "not ansible-lint, nor these tests"
    monkeypatch.setattr(plugin, "context", SimpleNamespace(CLIARGS={"version": None}))
    assert plugin.wants_broker()
    monkeypatch.setenv(plugin.SWITCH, "0")
    assert not plugin.wants_broker(), "no module would use it"
    monkeypatch.delenv(plugin.SWITCH)
    monkeypatch.setattr(plugin.multiprocessing, "parent_process", lambda: "Ansible's own")
    assert not plugin.wants_broker(), "not a worker: it ends with its task"
    monkeypatch.undo()
