"""The page as somebody uses it: a real browser, a real server, a session without a sound card."""

import re
import shutil
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_piece import CAST, SMALL, small

from ambience.live.http import board
from ambience.live.session import LiveSession
from ambience.live.surfaces import SurfaceOptions, open_surfaces
from peers import eventually

for library in ("fastapi", "uvicorn", "websockets"):
    pytest.importorskip(library)
browsers = pytest.importorskip("playwright.sync_api", reason='needs pip install "ambience-toolkit[test-web]"')

_SYSTEM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]
_PATIENCE_S = 20.0  # with a browser on a busy machine
_FAST = SMALL.replace("tempo_bpm = 72", "tempo_bpm = 180") + CAST  # a bar lasts 1.3 s


@pytest.fixture(scope="module")
def browser() -> Iterator[browsers.Browser]:
    with browsers.sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        found = next(filter(None, map(shutil.which, _SYSTEM)), own if Path(own).exists() else None)
        if found is None:
            pytest.skip("no Chromium found: install the system's, or run `playwright install chromium`")
        opened = playwright.chromium.launch(executable_path=found, args=_FLAGS)
        browsers.expect.set_options(timeout=1000 * _PATIENCE_S)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def session() -> Iterator[LiveSession]:
    with LiveSession(small(text=_FAST), None, state="drift") as opened:
        yield opened


@pytest.fixture(scope="module")
def url(session: LiveSession) -> Iterator[str]:
    with open_surfaces(session, SurfaceOptions(http_port=0)) as (line,):
        yield line


@pytest.fixture
def page(browser: browsers.Browser, url: str) -> Iterator[browsers.Page]:
    opened = browser.new_page(viewport={"width": 1440, "height": 900})
    opened.set_default_timeout(1000 * _PATIENCE_S)
    wrong: list[str] = []
    opened.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.goto(url)
    browsers.expect(opened.locator("#title")).to_have_text("Small")
    yield opened
    opened.close()
    assert wrong == []  # nor anything that the content policy forbids


def loudness_db(page: browsers.Page, duration_s: float) -> float:
    """Return what the page's meter shows for a while, on average."""
    seen = []
    for _ in range(round(duration_s / 0.1)):
        page.wait_for_timeout(100)
        seen.append(float(page.get_attribute("#loudness", "aria-valuenow") or "nan"))
    return statistics.fmean(seen)


# Every text of a line and every mode of a button, and when: what is gone in a blink was seen by somebody.
KEEP_WHAT_IS_SAID = """() => {
  window.kept = []
  const all = { childList: true, characterData: true, subtree: true }
  for (const line of document.querySelectorAll("#said, #coming")) {
    const keep = () => kept.push([line.id, performance.now() / 1000, line.textContent])
    new MutationObserver(keep).observe(line, all)
  }
  for (const { dataset, parentNode } of document.querySelectorAll("#states button")) {
    const keep = () => kept.push([dataset.state, performance.now() / 1000, dataset.mode ?? ""])
    new MutationObserver(keep).observe(parentNode, { attributeFilter: ["data-mode"], subtree: true })
  }
}"""


def kept(page: browsers.Page, name: str) -> list[str]:
    """Return all that a line has said, or all modes of a state's button."""
    return [words for whose, _, words in page.evaluate("kept") if whose == name]


def promises(page: browsers.Page, state: str) -> list[tuple[float, int, float]]:
    """Return everything that was said of when a state begins: the moment, the bar, and the seconds that were left."""
    pattern = re.compile(rf"{state} at bar (\d+), in (\d+\.\d) s")
    found = ((at_s, pattern.search(words)) for _, at_s, words in page.evaluate("kept"))
    return [(at_s, int(said[1]), float(said[2])) for at_s, said in found if said]


def test_battle_is_asked_for_acknowledged_counted_down_and_heard(page: browsers.Page, session: LiveSession) -> None:
    page.click("#listen")
    browsers.expect(page.locator("#loudness")).not_to_have_text("–")
    before_db = loudness_db(page, 1.0)
    battle = page.locator("#states button[data-state=battle]")
    browsers.expect(battle).to_contain_text(re.compile(r"bar \d+ · \d"))
    page.evaluate(KEEP_WHAT_IS_SAID)
    began_s, began_frame = time.perf_counter(), session.heard_frame
    battle.click()
    browsers.expect(page.locator("#state")).to_have_text("battle")
    late_s = time.perf_counter() - began_s - (session.heard_frame - began_frame) / session.sample_rate_hz
    assert session.now.state == "battle"
    assert any(words.startswith("battle at bar") for words in kept(page, "said"))
    assert "coming" in kept(page, "battle")
    begins_s = [at_s + left_s for at_s, _, left_s in promises(page, "battle")]
    assert len(begins_s) > 5
    assert max(begins_s) - min(begins_s) < 0.3 + late_s  # the machine may be slow, not the clock
    browsers.expect(battle).to_contain_text("playing")
    page.wait_for_timeout(700)
    eventually(lambda: loudness_db(page, 1.0) > before_db + 3.0, within_s=_PATIENCE_S)  # a starved stream is silent


def test_a_state_is_promised_once_though_the_bar_ended_in_which_its_way_out_was_foretold(
    browser: browsers.Browser, session: LiveSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "_EXITS_EVERY_S", 3600.0)  # the ways out stay what they were when the page was opened
    state = "drift" if session.now.state == "battle" else "battle"
    begun: list[int] = []
    with open_surfaces(session, SurfaceOptions(http_port=0)) as (line,):
        page = browser.new_page()
        page.goto(line)
        way_out = page.locator(f"#states button[data-state={state}] .exit")
        browsers.expect(way_out).to_contain_text("bar")
        foretold_bar = int(way_out.inner_text().split()[1])
        eventually(lambda: session.now.bar >= foretold_bar, within_s=_PATIENCE_S)
        page.evaluate(KEEP_WHAT_IS_SAID)
        forget = session.on_state(lambda event: begun.append(event.bar))
        page.click(f"#states button[data-state={state}]")
        browsers.expect(page.locator("#state")).to_have_text(state)
        eventually(lambda: bool(begun))  # the page runs a little ahead of what is heard
        forget()
        assert {bar for _, bar, _ in promises(page, state)} == {begun[0]}
        page.close()


def wait_until_said(page: browsers.Page, words: str) -> None:
    deadline_s = time.monotonic() + 5.0  # asked for from outside: the page's policy forbids to wait within
    while not any(words in said for said in kept(page, "said")):
        assert time.monotonic() < deadline_s, f"{words!r} was never said"
        page.wait_for_timeout(20)


def test_everything_urgent_is_done_with_the_keyboard_alone(page: browsers.Page, session: LiveSession) -> None:
    names = [button.get_attribute("data-state") for button in page.locator("#states button").all()]
    place, name = next((place, name) for place, name in enumerate(names, 1) if name != session.now.state)
    page.keyboard.press(str(place))
    browsers.expect(page.locator("#coming")).to_contain_text(f"{name} at bar")
    browsers.expect(page.locator(f"#states button[data-state={name}]")).to_have_class("mine")
    page.evaluate(KEEP_WHAT_IS_SAID)  # the state that was asked for may be announced at any moment
    page.keyboard.press("Space")
    wait_until_said(page, "Stinger")
    before = session.now.tension
    for _ in range(3):
        page.keyboard.press("ArrowUp" if before < 0.5 else "ArrowDown")
    browsers.expect(page.locator("#tension-values")).to_contain_text("→")
    browsers.expect(page.locator("#hold")).to_have_attribute("aria-pressed", "true")  # who asks for a state stays there
    page.keyboard.press("h")
    browsers.expect(page.locator("#hold")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("?")
    browsers.expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    browsers.expect(page.locator("#keys")).to_be_hidden()
    page.locator("#cast button").focus()
    page.keyboard.press("Enter")
    wait_until_said(page, "lewis is called")


def test_a_deadline_is_set_shown_and_called_off_and_a_refusal_is_read(page: browsers.Page) -> None:
    page.fill("#seconds", "-1")
    page.click("#set-deadline")
    browsers.expect(page.locator("#fault")).to_contain_text("countdown_s = -1, must be above 0")
    page.fill("#seconds", "60")
    page.click("#set-deadline")
    browsers.expect(page.locator("#digits")).to_have_text(re.compile(r"0:5\d\.\d"))
    page.click("#call-off")
    browsers.expect(page.locator("#set-deadline")).to_have_text("Set")


def test_a_narrow_phone_shows_all_in_one_column_with_targets_for_a_thumb(page: browsers.Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.wait_for_timeout(200)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    heights = page.evaluate("""[...document.querySelectorAll("button, input, .choice label")]
        .filter((target) => target.checkVisibility() && target.type !== "radio")
        .map((target) => [target.id || target.textContent, target.getBoundingClientRect().height])""")
    assert [name for name, height in heights if height < 43.9] == []


def test_without_worklets_the_mp3_stream_plays(browser: browsers.Browser, url: str) -> None:
    page = browser.new_page()
    page.add_init_script("delete globalThis.AudioWorkletNode")
    page.goto(url)
    browsers.expect(page.locator("#title")).to_have_text("Small")
    page.click("#listen")
    browsers.expect(page.locator("#stream")).to_have_text("MP3 stream")
    browsers.expect(page.locator("#loudness")).to_have_text(re.compile(r"-\d"))
    page.close()


def test_the_page_finds_its_way_back_when_the_server_returns(browser: browsers.Browser, session: LiveSession) -> None:
    page = browser.new_page()
    with open_surfaces(session, SurfaceOptions(http_port=0)) as (line,):
        port = int(line.rstrip("/").rsplit(":", 1)[1])
        page.goto(line)
        browsers.expect(page.locator("#link-words")).to_have_text("connected")
    browsers.expect(page.locator("#link-words")).to_contain_text("connection lost")
    with open_surfaces(session, SurfaceOptions(http_port=port)):
        browsers.expect(page.locator("#link-words")).to_have_text("connected")
        page.close()
