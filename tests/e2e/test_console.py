"""The console as a person sees it: in a browser, at several sizes, while things change."""

import re
from itertools import pairwise

import pytest
import requests
from balancer import Balancer
from browser import Window
from cloud import SECRET_KEY, serving
from pki import AUTHORITY, Issued
from traffic import eventually

EVIL = "<img src=x onerror=hacked=1>\"'><script>hacked=1</script>{{'q'*9}}</title></svg>&amp;"
HTTPS = {"type": "redirect", "redirect": {"type": "scheme", "target": "https", "code": 301}}
CONTRAST = """
(() => {
  const channel = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      if (node.tagName === "svg" && node.classList.contains("box"))
        return parse(getComputedStyle(node.querySelector(".edge")).fill);
      if (node.classList.contains("plan"))
        return parse(getComputedStyle(node.querySelector(".frame")).fill);
      const colour = parse(getComputedStyle(node).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || ["SCRIPT", "title", "desc"].includes(node.tagName)) continue;
    const style = getComputedStyle(node);
    const ink = parse(node.tagName === "text" ? style.fill : style.color);
    const [a, b] = [light(ink), light(behind(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push(`${texts.currentNode.data.trim()}: ${ratio.toFixed(2)}`);
  }
  return poor;
})()
"""


@pytest.fixture(scope="module")
def running():
    """The API alone, which starts at once."""
    with serving("--data-plane", "none", "--ca", "builtin", "--time-scale", "0") as cloud:
        yield cloud


@pytest.fixture
def cloud(running):
    running.reset()
    return running


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    window = Window(tmp_path_factory.mktemp("browser"))
    yield window
    window.close()


@pytest.fixture
def window(browser):
    """The browser on a desk, in daylight, with nothing to complain about at the end."""
    browser.size(1280, 900)
    yield browser
    assert browser.complaints == []


def text(window, selector):
    return window.run(f"document.querySelector({selector!r})?.textContent.trim()")


def texts(window, selector):
    return window.run(
        f"[...document.querySelectorAll({selector!r})].map((one) => one.textContent.trim())"
    )


def shop(emulator):
    """A load balancer with something of everything."""
    lb = Balancer(emulator, name="shop", description="Where one buys", tags=["production"])
    web = lb.backend(["127.0.0.11", "127.0.0.12"], 8080, name="web")
    api = lb.backend(["127.0.0.13"], 9000, name="api", forward_port_algorithm="leastconn")
    leaf = Issued("shop.example.com", AUTHORITY, days=12)
    own = lb.certificate(pem=leaf.key + leaf.pem + AUTHORITY.pem)
    lb.acls(lb.frontend(web, 80, name="http"), (HTTPS, {}))
    https = lb.frontend(web, 443, name="https", certificate_ids=[own, lb.certificate(lb.name)])
    lb.acls(https, ({"type": "deny"}, {"ip_subnet": ["192.0.2.0/24"]}))
    match = {"host_header": "api.example.com", "match_subdomains": True}
    route = {"frontend_id": https["id"], "backend_id": api["id"], "match": match}
    emulator.api("POST", "routes", route)
    return lb


def test_an_empty_console_says_how_to_begin_and_the_first_appears_by_itself(cloud, window):
    window.open(cloud.url)
    assert text(window, "h1") == "No load balancer yet"
    assert f"SCW_API_URL={cloud.url}" in text(window, "main")
    Balancer(cloud, name="first")
    eventually(lambda: text(window, "h1") == "first ready")


def test_a_load_balancer_is_shown_with_all_that_stands_on_it(cloud, window):
    lb = shop(cloud)
    window.open(cloud.url)
    page = text(window, "main")
    for words in (
        *("shop", "Where one buys", "production", "fr-par-1", "LB-S", lb.address, lb.name),
        *(
            "redirect 301 to https",
            "deny from 192.0.2.0/24",
            "Host api.example.com and below → api",
        ),
        *("HTTP to port 8080", "round robin", "least connections", "127.0.0.11", "127.0.0.13"),
        *("shop.example.com, the default", "11 days left", "89 days left", "Let's Encrypt"),
    ):
        assert words in re.sub(r"\s+", " ", page), words
    assert texts(window, ".cards .alarm") == ["shop.example.com: 11 days left"]


def test_a_private_load_balancer_is_shown_with_its_way_in(cloud, window):
    lb = Balancer(cloud, name="inside", assign_flexible_ip=False)
    window.open(cloud.url)
    assert "nobody reaches it" in text(window, ".addresses")
    assert text(window, ".cards .where") == "no address"
    lb.frontend(lb.backend(["127.0.0.11"], 80), 80)
    network = {"private_network_id": "6d5a3f1e-0000-4000-8000-000000000001"}
    cloud.api("POST", f"lbs/{lb.lb['id']}/attach-private-network", network)
    way = eventually(lambda: text(window, ".addresses code"))
    assert text(window, ".cards .where") == way
    assert text(window, ".plan .title") == f"inside at {way}"
    assert text(window, ".visits") is None, "a command is offered where nothing listens"


def test_the_drawing_leads_from_the_client_to_each_server(cloud, window):
    lb = shop(cloud)
    window.open(cloud.url)
    boxes = texts(window, ".plan .box > title")
    assert boxes.count("Clients") == 1
    for name in ("http: HTTP on port 80", "https: HTTPS on port 443"):
        assert f"Frontend {name}" in boxes
    for address in ("127.0.0.11", "127.0.0.12", "127.0.0.13"):
        assert f"{address}: up" in boxes
    # three to and from the redirect and the frontends, three rules, their two ends, three servers
    assert window.run("document.querySelectorAll('.plan .lines path').length") == 11
    said = text(window, "#plan-said")
    assert said.startswith(f"Clients reach shop at {lb.address}. Port 80 takes HTTP; redirect 301")
    assert "goes to backend web with 2 of 2 servers up" in said


def test_changes_appear_in_place_and_leave_focus_and_scrolling_alone(cloud, window):
    lb = Balancer(cloud, name="before")
    window.size(500, 300)
    window.open(cloud.url)
    window.run("mark = 1; document.querySelector('.cards a').focus(); scrollTo(0, 120)")
    focused = window.run("document.activeElement.id")
    body = {"name": "after", "description": ""}
    cloud.api("PUT", f"lbs/{lb.lb['id']}", body)
    eventually(lambda: text(window, "h1") == "after ready")
    assert texts(window, ".cards .name") == ["after"]
    assert window.run("document.title").startswith("after")
    assert window.run("[mark, document.activeElement.id, scrollY]") == [1, focused, 120]


def test_what_was_deleted_is_said_to_be_gone(cloud, window):
    lb, _ = Balancer(cloud, name="one"), Balancer(cloud, name="two")
    window.open(f"{cloud.url}/?lb={lb.lb['id']}")
    cloud.api("DELETE", f"lbs/{lb.lb['id']}")
    eventually(lambda: text(window, "h1") == "There is no such load balancer")
    assert requests.get(window.run("location.href"), timeout=30).status_code == 404
    window.run("document.querySelector('main .button').click()")
    eventually(lambda: text(window, "h1") == "two ready")
    window.events.clear()  # the browser complains about the 404


def test_a_lost_connection_is_said_and_found_again(cloud, window):
    Balancer(cloud)
    window.open(cloud.url)
    window.ask("Network.enable")
    limits = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    window.ask("Network.emulateNetworkConditions", offline=True, **limits)
    eventually(lambda: text(window, "#live") == "No connection, trying again")
    window.ask("Network.emulateNetworkConditions", offline=False, **limits)
    eventually(lambda: text(window, "#live") == "Live")
    window.ask("Network.disable")
    window.events.clear()


def test_no_name_becomes_a_part_of_the_page(cloud, window):
    lb = Balancer(cloud, name=EVIL, description=EVIL, tags=[EVIL])
    backend = lb.backend(
        ["127.0.0.11"],
        80,
        name=EVIL,
        host=EVIL,
        failover_host=EVIL,
        sticky_sessions="cookie",
        sticky_sessions_cookie_name=EVIL,
        check={"http_config": {"uri": EVIL, "method": EVIL, "host_header": EVIL}},
    )
    leaf = Issued("a.example.com", AUTHORITY)
    pem = leaf.key + leaf.pem + AUTHORITY.pem
    made = lb.make("certificates", {"name": EVIL, "custom_certificate": {"certificate_chain": pem}})
    frontend = lb.frontend(backend, 443, name=EVIL, certificate_ids=[made["id"]])
    redirect = {"type": "redirect", "redirect": {"type": "location", "target": EVIL}}
    header = {"http_filter": "http_header_match", "http_filter_option": EVIL}
    acl = {"name": EVIL, "index": 1, "action": redirect}
    acl["match"] = {**header, "http_filter_value": [EVIL]}
    cloud.api("POST", f"frontends/{frontend['id']}/acls", acl)
    route = {"frontend_id": frontend["id"], "backend_id": backend["id"]}
    cloud.api("POST", "routes", {**route, "match": {"path_begin": EVIL}})
    for query in ("", f"?q={EVIL}", f"?lb={EVIL}", f"?page={EVIL}", f"?q={EVIL[:4]}&page=2"):
        window.open(f"{cloud.url}/{query}")
        assert window.run("typeof hacked") == "undefined"
        assert window.run("document.querySelectorAll('img, main script').length") == 0
        assert "q" * 9 not in text(window, "main")
        if "lb=" in query:
            window.events.clear()  # the browser complains about the 404
    window.open(cloud.url)
    assert text(window, "h1").startswith(EVIL)
    answer = requests.get(cloud.url, headers={"Host": EVIL}, timeout=30)
    assert "<img" not in answer.text


def test_no_key_and_no_token_is_in_the_page(cloud):
    lb = shop(cloud)
    page = requests.get(cloud.url, headers={"X-Auth-Token": SECRET_KEY}, timeout=30)
    assert lb.name in page.text
    assert "PRIVATE" not in page.text
    assert "MIG" not in page.text  # how a PEM of such a key begins
    assert SECRET_KEY not in page.text


def test_the_policy_lets_nothing_in_but_the_page_itself(cloud, window):
    shop(cloud)
    policy = requests.get(cloud.url, timeout=30).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    window.open(cloud.url)
    window.run(
        "const s = document.createElement('script'); s.text = 'hacked=1'; document.head.append(s)"
    )
    assert window.run("typeof hacked") == "undefined"
    loaded = window.run("performance.getEntriesByType('resource').map((one) => one.name)")
    assert all(one.startswith((cloud.url, "data:")) for one in loaded)
    window.events.clear()  # the browser complains about the script


def test_other_paths_answer_as_before(cloud):
    for path in ("nothing", "console", "index.html", "lb/v1/zones/fr-par-1/nothing"):
        answer = requests.get(f"{cloud.url}/{path}", timeout=30)
        assert (answer.status_code, answer.json()) == (404, {"message": "not found"})


def test_a_long_list_comes_in_pages_and_is_searched(cloud, window):
    for number in range(45):
        tag = "odd" if number % 2 else "even"
        cloud.api("POST", "lbs", {"name": f"shop-{number:02}", "tags": [tag]})
    seen = []
    window.open(cloud.url)
    while True:
        names = texts(window, ".cards .name")
        assert text(window, "h1") == f"{names[0]} ready"
        assert texts(window, ".cards [aria-current=page] .name") == names[:1]
        seen += names
        if not window.run("Boolean(document.querySelector('a[rel=next]'))"):
            break
        window.open(window.run("document.querySelector('a[rel=next]').href"))
    assert seen == [f"shop-{number:02}" for number in range(45)]
    window.open(f"{cloud.url}/?q=SHOP-1+odd")
    assert texts(window, ".cards .name") == [f"shop-1{digit}" for digit in (1, 3, 5, 7, 9)]
    assert text(window, ".count").startswith("5 of 45 load balancers")
    window.run("document.querySelector('.cards li:last-child a').click()")
    eventually(lambda: text(window, "h1") == "shop-19 ready")
    assert len(texts(window, ".cards .name")) == 5
    window.open(f"{cloud.url}/?q=nowhere")
    assert text(window, "h1") == "Nothing matches “nowhere”"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 800, 1440])
def test_it_fits_and_can_be_read_at_each_size_in_light_and_dark(cloud, window, width, dark):
    window.size(width, 800, dark)
    window.open(cloud.url)
    assert window.run(CONTRAST) == []
    assert window.run("document.documentElement.scrollWidth") <= width
    lb = shop(cloud)
    lb.backend([], 80, name="w" * 255)
    cloud.api("PUT", f"lbs/{lb.lb['id']}", {"name": "w" * 255, "description": "w" * 255})
    window.open(cloud.url)
    assert window.run(CONTRAST) == []
    assert window.run("document.documentElement.scrollWidth") <= width
    paper = window.run("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(17, 17, 25)" if dark else "rgb(245, 245, 250)")


def test_it_is_read_by_its_headings_and_used_by_the_keyboard(cloud, window):
    shop(cloud)
    window.open(cloud.url)
    levels = [
        int(name[1])
        for name in window.run("[...document.querySelectorAll('h1,h2,h3')].map((h) => h.tagName)")
    ]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert window.run("document.documentElement.lang") == "en"
    assert window.run("document.querySelectorAll('th:not([scope])').length") == 0
    assert window.run("[...document.querySelectorAll('input')].every((one) => one.labels.length)")
    assert (
        window.run("document.querySelectorAll('main, header, footer, aside[aria-label]').length")
        == 4
    )
    window.press("Tab")
    assert window.run("document.activeElement.className") == "skip"
    window.press("Enter")
    eventually(lambda: window.run("document.activeElement.id") == "shown")
    assert window.run("location.hash") == "#shown"


def test_servers_go_up_and_down_as_the_statistics_say(emulator, window, site):
    server = site(health=200)
    lb = Balancer(emulator, name="watched")
    config = {"uri": "/health", "method": "GET", "code": 200, "host_header": ""}
    backend = lb.backend(
        ["127.63.0.9", "127.63.0.10"], server.server_port, check={"http_config": config}
    )
    lb.frontend(backend, 80)
    odd = lb.frontend(backend, 81, enable_http3=True)
    nowhere = {"type": "redirect", "redirect": {"type": "scheme", "target": "ht tp"}}
    lb.acls(odd, (nowhere, {}))
    window.open(emulator.url)

    def states():
        return texts(window, ".servers li")

    eventually(lambda: states() == ["127.63.0.9 up", "127.63.0.10 down"])
    assert f"curl -i http://{lb.address}/" in text(window, ".visits")
    assert text(window, ".cards .up") == "1/2 up"
    assert "127.63.0.9: up" in texts(window, ".plan .box.good > title")
    assert "127.63.0.10: down" in texts(window, ".plan .box.bad > title")
    assert texts(window, ".notice li") == [
        "HTTP/3 of frontend “port-81” is not served: this HAProxy has no QUIC.",
        "ACL “rule-0” is not served: 'ht tp' is not a scheme; so it redirects nothing.",
    ]
    server.health = 500
    eventually(lambda: states() == ["127.63.0.9 down", "127.63.0.10 down"])
    assert texts(window, ".cards .alarm") == ["not all is served", "2 of 2 servers down"]


def test_a_port_that_cannot_be_served_and_a_failed_order_are_said(emulator, window, site):
    lb = Balancer(emulator, name="troubled")
    while (other := emulator.api("POST", "ips", {}))["ip_address"] != f"{lb.address}0":
        pass  # up to an address that begins as the first one's does
    neighbour = emulator.api("POST", "lbs", {"name": "neighbour", "ip_ids": [other["id"]]})
    site("squatter", lb.address, 8080 + emulator.port_offset)
    site("another", other["ip_address"], 9090 + emulator.port_offset)
    calm = Balancer.existing(emulator, neighbour)
    calm.frontend(calm.backend([], 80), 9090)
    backend = lb.backend(["127.63.0.9"], 80)
    lb.frontend(backend, 8080, name="taken")
    emulator.fault(operation="CreateCertificate", kind="acme")
    lb.order(lb.name)
    window.open(emulator.url)
    notices = texts(window, ".notice li")
    assert "Certificate “web”: the order was failed by a fault" in notices[0]
    assert f"{lb.address}:8080 is not served: Address already in use." in notices
    assert not any("9090" in notice for notice in notices)
    assert "Frontend taken: HTTP on port 8080" in texts(window, ".plan .box.bad > title")
    assert texts(window, "td[data-label=Validity]") == ["not issued"]
