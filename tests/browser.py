"""A headless Chromium without a network, for looking at pages."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, Dialog, Page, sync_playwright

from tests.servers import need

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
    # Every host but this machine's files fails: a page that needs the network can't look whole by chance.
    "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9",
)  # fmt: skip


def rendered(page: Path, profile: Path) -> str:
    """Return the page's document after its scripts have run."""
    command = [
        need("chromium"),
        *FLAGS,
        f"--user-data-dir={profile}",
        "--virtual-time-budget=8000",
        "--dump-dom",
        page.as_uri(),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield the system's Chromium, driven by Playwright."""
    executable = need("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page that is open, and what happened while it was.

    Args:
        page: Playwright's.
        errors: what the console reported as an error or a warning, and errors of scripts.
        requests: every address asked for.
        dialogs: texts of dialogs that opened.
    """

    page: Page
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


@contextmanager
def visit(
    browser: Browser,
    address: Path,
    *,
    width: int = 1200,
    scheme: Literal["light", "dark"] = "light",
    past_policy: bool = False,
) -> Iterator[Visit]:
    """Yield a page opened in a fresh context, its scripts run.

    Args:
        browser: see `chromium`.
        address: a file.
        width: the window's, in pixels.
        scheme: what the reader's system prefers.
        past_policy: let the test bring a script of its own, which the page's content security policy forbids.
    """
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True, bypass_csp=past_policy
    )
    seen = Visit(context.new_page())
    seen.page.on("console", lambda message: _note(seen, message.type, message.text))
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    seen.page.on("request", lambda request: seen.requests.append(request.url))
    seen.page.on("dialog", lambda dialog: _refuse(seen, dialog))
    seen.page.goto(address.as_uri(), wait_until="load")
    seen.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    yield seen
    context.close()


def _note(seen: Visit, kind: str, text: str) -> None:
    if kind in {"error", "warning"}:
        seen.errors.append(text)


def _refuse(seen: Visit, dialog: Dialog) -> None:
    seen.dialogs.append(dialog.message)
    dialog.dismiss()


@cache
def _axe() -> str:
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def axe_findings(page: Page, *, only: Sequence[str] = ()) -> list[str]:
    """Return what axe-core finds serious or critical, a line each: rule, how many places, the first one.

    `only` names the rules to try; none: all. The inside of a chart is left out: it is one picture with a name, and its numbers are a table.
    """
    page.evaluate(_axe())
    options = {"resultTypes": ["violations"], **({"runOnly": list(only)} if only else {})}
    found: list[dict[str, Any]] = page.evaluate(
        "options => axe.run({ exclude: ['.main-svg'] }, options).then(result => result.violations)", options
    )
    return [
        f"{one['id']} ({one['impact']}), {len(one['nodes'])}: {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]
