"""The OpenAPI page in a browser that reaches nothing but the emulator."""

from browser import Window
from cloud import serving
from traffic import eventually


def test_the_page_shows_every_operation_without_a_network(tmp_path):
    with serving("--data-plane", "none", "--ca", "builtin", "--time-scale", "0") as cloud:
        window = Window(tmp_path)
        try:
            window.ask("Network.enable")
            window.ask("Network.setBlockedURLs", urls=["https://*"])
            window.size(1280, 900)
            window.open(f"{cloud.url}/docs")
            count = "document.querySelectorAll('.opblock-tag-section').length"
            eventually(lambda: window.run(count) == 2, timeout=30)
            window.run("document.querySelector('.opblock-tag').click()")
            shown = "[...document.querySelectorAll('.opblock-summary-path')].map((one) => one.innerText)"
            paths = eventually(lambda: window.run(shown), timeout=10)
            assert len(paths) == 54
            asked = {
                event["params"]["request"]["url"]
                for event in window.events
                if event["method"] == "Network.requestWillBeSent"
            }
            outside = {url for url in asked if not url.startswith((cloud.url, "data:"))}
            assert outside == set() and window.complaints == []
        finally:
            window.close()
