"""A real browser in front of a real server; the start of the server is in `shop_url` alone."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import APIResponse, Browser, Locator, Page, async_playwright, expect

from tests.conftest import not_here
from tests.shop import copy_config, running

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 375, "height": 812}, "has_touch": True, "is_mobile": True}

expect.set_options(timeout=15_000)


@pytest.fixture
def shop_url(tmp_path: Path) -> Iterator[str]:
    """The address of a fresh shop: a process of its own, with no history."""
    with running(copy_config(tmp_path)) as shop:
        yield shop.url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Chromium as installed; none there is a failure in CI."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        not_here("no chromium on this machine: the sandbox page is not tested")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=path, args=ARGS)
        yield chromium
        await chromium.close()


@dataclass
class Desk:
    """The open page, and what it did behind our back."""

    page: Page
    url: str
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def phone(self, who: str) -> Locator:
        return self.page.locator(f'[data-phone="{who}"]')

    def own(self, who: str) -> Locator:
        """What this person said."""
        return self.phone(who).locator(".row.own")

    def heard(self, who: str) -> Locator:
        """What this person was told."""
        return self.phone(who).locator(".row:not(.own)")

    async def say(self, who: str, text: str) -> None:
        """Type and press the button, as a person would."""
        await self.phone(who).locator("textarea").fill(text)
        await self.phone(who).locator(".send").click()

    async def elsewhere(self, who: str, text: str) -> None:
        """Somebody says something without this page's help."""
        answer = await self.page.request.post(
            f"{self.url}/sandbox/messages", data={"from": who, "text": text}
        )
        assert answer.ok

    async def ask(self, path: str) -> dict[str, Any]:
        """What the server itself says."""
        answer: APIResponse = await self.page.request.get(self.url + path)
        assert answer.ok
        found: dict[str, Any] = await answer.json()
        return found

    def strangers(self) -> list[str]:
        """Requests that left the shop's host."""
        return [url for url in self.requests if urlsplit(url).netloc != urlsplit(self.url).netloc]


Opener = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def opened(browser: Browser, shop_url: str) -> Opener:
    """Opens the page; in the end nothing may have gone to a stranger or to the console unnoticed."""

    @asynccontextmanager
    async def open_page(how: dict[str, Any] = DESKTOP, *, frozen: bool = False) -> AsyncIterator[Desk]:
        context = await browser.new_context(**how)
        page = await context.new_page()
        desk = Desk(page, shop_url)
        page.on("request", lambda request: desk.requests.append(request.url))
        page.on("pageerror", lambda error: desk.errors.append(str(error)))
        page.on(
            "console",
            lambda line: desk.errors.append(line.text) if line.type in {"error", "warning"} else None,
        )
        if frozen:
            await page.clock.install()
        await page.goto(shop_url)
        await expect(page.locator("#now")).to_contain_text("月")
        yield desk
        assert desk.strangers() == []
        assert desk.errors == []
        await context.close()

    return open_page
