"""The sandbox page as a person uses it."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Request, Route, expect

from .conftest import DESKTOP, PHONE, Opener

pytestmark = pytest.mark.asyncio(loop_scope="module")

POSTS = "**/sandbox/messages"
HOSTILE = [
    "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>",
    "&lt;b&gt; ${7*7} {{7*7}} </li></ol></div>",
    "\u202eكم سعر الكريم؟\u202c 面霜 שלום",
    "👩‍👩‍👧‍👦🧴💯 e" + "\u0301" * 40,
    "长" * 1500 + "w" * 1500,
    "第一行\n第二行\n\n第四行",
]


async def test_a_buyer_is_answered(opened: Opener) -> None:
    async with opened() as desk:
        await desk.say("alice", "面霜多少钱")
        await expect(desk.own("alice").locator(".text")).to_have_text("面霜多少钱")
        await expect(desk.heard("alice").first).to_be_visible()
        await expect(desk.own("alice").locator("time")).to_have_text(re.compile(r"^\d\d:\d\d$"))
        await expect(desk.own("bob")).to_have_count(0)
        await expect(desk.phone("alice").locator("textarea")).to_have_value("")
        rows = (await desk.ask("/sandbox/messages?with=alice&after=0"))["messages"]
        shown = await desk.phone("alice").locator(".text").all_inner_texts()
        assert shown == [row["text"] for row in rows]


async def test_enter_sends_but_not_while_a_chinese_word_is_being_picked(opened: Opener) -> None:
    async with opened() as desk:
        box = desk.phone("bob").locator("textarea")
        await box.fill("baoyou")
        await box.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
        await expect(box).to_have_value("baoyou")
        await box.fill("包邮吗")
        await box.press("Shift+Enter")
        await expect(box).to_have_value("包邮吗\n")
        await box.press("Enter")
        await expect(desk.own("bob").locator(".text")).to_have_text("包邮吗")


async def test_an_example_fills_the_input_and_waits(opened: Opener) -> None:
    async with opened() as desk:
        seller = desk.phone("seller")
        await seller.get_by_role("button", name="客户 alice").click()
        await expect(seller.locator("textarea")).to_have_value("客户 alice")
        await expect(desk.own("seller")).to_have_count(0)
        await seller.get_by_role("button", name="帮助").click()
        await seller.locator("textarea").press("Enter")
        await expect(desk.own("seller").locator(".text")).to_have_text("帮助")
        await expect(desk.heard("seller").first).to_be_visible()


async def test_the_seller_is_told_without_touching_the_page(opened: Opener) -> None:
    async with opened() as desk:
        await expect(desk.heard("seller")).to_have_count(0)
        await desk.elsewhere("alice", "转人工")
        await expect(desk.heard("seller").first).to_be_visible()
        await expect(desk.own("alice").locator(".text")).to_have_text("转人工")


@pytest.mark.parametrize(("name", "by"), [("1 小时", 1), ("1 天", 24), ("1 周", 168)])
async def test_the_clock_moves(opened: Opener, name: str, by: int) -> None:
    async with opened() as desk:
        before = datetime.fromisoformat((await desk.ask("/sandbox/clock"))["now"])
        await desk.page.get_by_role("button", name=f"拨快 {name}").click()
        await expect(desk.page.locator("#told")).to_contain_text("现在是")
        after = datetime.fromisoformat((await desk.ask("/sandbox/clock"))["now"])
        assert timedelta(hours=by) <= after - before < timedelta(hours=by, minutes=5)
        shown = await desk.page.locator("#now").get_attribute("datetime")
        assert shown is not None
        assert abs(datetime.fromisoformat(shown) - after) < timedelta(minutes=5)
        await expect(desk.page.locator("#now")).to_contain_text(f"{after.month}月{after.day}日")


async def test_a_failed_turn_of_the_clock_is_said(opened: Opener) -> None:
    async with opened() as desk:

        async def refuse(route: Route) -> None:
            await (route.abort() if route.request.method == "POST" else route.continue_())

        await desk.page.route("**/sandbox/clock", refuse)
        await desk.page.get_by_role("button", name="拨快 1 天").click()
        await expect(desk.page.locator("#told")).to_contain_text("没拨动")
        await expect(desk.page.get_by_role("button", name="拨快 1 天")).to_have_attribute(
            "aria-disabled", "false"
        )
        desk.errors.clear()


async def test_what_the_bot_wrote_down_is_shown(opened: Opener) -> None:
    async with opened() as desk:
        card = desk.phone("alice").locator(".notes")
        await expect(card.locator(".blank")).to_be_visible()
        await desk.say("alice", "我是敏感肌，面霜多少钱？有点贵")
        await expect(card.locator(".stage")).to_be_visible()
        await expect(card.locator('[data-part="tags"] li:not(.none)').first).to_be_visible()
        notes = await desk.ask("/sandbox/notes?with=alice")
        assert notes["tags"]
        await expect(card.locator(".stage")).to_have_text(notes["stage"])
        for part in ("tags", "open", "orders"):
            await expect(card.locator(f'[data-part="{part}"] li')).to_have_text(notes[part] or ["还没有"])
        await expect(desk.phone("bob").locator(".notes .blank")).to_be_visible()


async def test_days_are_told_apart(opened: Opener) -> None:
    async with opened() as desk:
        await desk.elsewhere("bob", "包邮吗")
        days = desk.phone("bob").locator(".day")
        await expect(days).to_have_count(1)
        await expect(days.first).to_contain_text("今天")
        await desk.page.get_by_role("button", name="拨快 1 天").click()
        await expect(days.first).to_contain_text("昨天")
        await desk.elsewhere("bob", "面霜多少钱")
        await expect(days.last).to_contain_text("今天")


@pytest.mark.parametrize("text", HOSTILE, ids=["markup", "braces", "rtl", "emoji", "long", "lines"])
@pytest.mark.parametrize("how", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_hostile_text_is_only_text(opened: Opener, how: dict[str, object], text: str) -> None:
    async with opened(how) as desk:
        await desk.say("alice", text)
        bubble = desk.own("alice").locator(".text")
        assert await bubble.evaluate("node => node.textContent") == text
        await expect(desk.heard("alice").first).to_be_attached()
        await desk.elsewhere("seller", text)
        await expect(desk.own("seller")).to_have_count(1)
        await expect(desk.own("alice")).to_have_count(1)
        assert await bubble.evaluate("node => node.textContent") == text
        assert await bubble.evaluate("node => node.childElementCount") == 0
        assert await desk.page.locator("img, .log script").count() == 0
        assert await desk.page.title() == "练习场 · 回头客"
        assert await desk.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        log = desk.phone("alice").locator(".log")
        assert await log.evaluate("node => node.scrollWidth <= node.clientWidth")


async def test_on_a_phone_one_phone_at_a_time(opened: Opener) -> None:
    async with opened(PHONE) as desk:
        tabs = desk.page.get_by_role("navigation").get_by_role("button")
        await expect(tabs).to_have_count(3)
        for who, name in (("seller", "店主"), ("bob", "bob"), ("alice", "alice")):
            await tabs.filter(has_text=name).tap()
            for other in ("alice", "bob", "seller"):
                await expect(desk.phone(other)).to_be_visible(visible=other == who)
            assert await desk.page.evaluate("() => document.documentElement.scrollWidth") == 375
            box = await desk.phone(who).locator(".send").bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= 375
            assert box["y"] + box["height"] <= 812
            assert box["height"] >= 40
        await desk.elsewhere("bob", "转人工")
        await expect(tabs.filter(has_text="店主").locator(".count")).to_be_visible()
        await tabs.filter(has_text="店主").tap()
        await expect(desk.heard("seller").first).to_be_visible()
        await expect(tabs.filter(has_text="店主").locator(".count")).to_be_hidden()


async def test_on_a_desktop_all_three_are_in_sight(opened: Opener) -> None:
    async with opened() as desk:
        for who in ("alice", "bob", "seller"):
            await expect(desk.phone(who).locator(".send")).to_be_in_viewport(ratio=1)
            await expect(desk.phone(who).locator(".log")).to_be_in_viewport(ratio=1)


async def test_what_did_not_go_out_can_be_tried_again(opened: Opener) -> None:
    async with opened() as desk:
        ids: list[str] = []

        def note(request: Request) -> None:
            if request.method == "POST":
                ids.append(json.loads(request.post_data or "{}")["id"])

        desk.page.on("request", note)
        await desk.page.route(POSTS, lambda route: route.abort())
        await desk.say("alice", "在吗")
        retry = desk.own("alice").get_by_role("button", name="重试")
        await expect(retry).to_be_visible()
        await retry.click()
        await expect(retry).to_be_visible()
        await desk.page.unroute(POSTS)
        await retry.click()
        await expect(retry).to_have_count(0)
        await expect(desk.heard("alice").first).to_be_visible()
        await expect(desk.own("alice")).to_have_count(1)
        assert len(ids) == 3
        assert len(set(ids)) == 1
        rows = (await desk.ask("/sandbox/messages?with=alice&after=0"))["messages"]
        assert [row["text"] for row in rows if row["direction"] == "in"] == ["在吗"]
        desk.errors.clear()


async def test_a_lost_answer_duplicates_nothing(opened: Opener) -> None:
    async with opened() as desk:

        async def take_and_break_off(route: Route) -> None:
            await route.fetch()
            await route.abort()

        await desk.page.route(POSTS, take_and_break_off)
        await desk.say("alice", "在吗")
        await expect(desk.heard("alice").first).to_be_visible()
        await expect(desk.own("alice").get_by_role("button", name="重试")).to_have_count(0)
        await desk.page.unroute(POSTS)
        await desk.say("alice", "在吗")  # the same words once more are a second message
        await expect(desk.own("alice")).to_have_count(2)
        await expect(desk.own("alice").last.locator("time")).not_to_be_empty()
        rows = (await desk.ask("/sandbox/messages?with=alice&after=0"))["messages"]
        assert [row["text"] for row in rows if row["direction"] == "in"] == ["在吗", "在吗"]
        desk.errors.clear()


async def test_messages_go_out_in_the_order_they_were_typed(opened: Opener) -> None:
    async with opened() as desk:
        words = [f"第{number}句" for number in range(8)]
        for text in words:
            await desk.say("bob", text)
        await expect(desk.heard("bob")).not_to_have_count(0)
        await expect(desk.own("bob").last.locator("time")).not_to_be_empty()
        assert await desk.own("bob").locator(".text").all_inner_texts() == words
        rows = (await desk.ask("/sandbox/messages?with=bob&after=0"))["messages"]
        assert [row["text"] for row in rows if row["direction"] == "in"] == words


async def test_who_reads_further_up_is_left_there(opened: Opener) -> None:
    async with opened() as desk:
        for number in range(8):
            await desk.elsewhere("alice", f"问题{number}")
        await expect(desk.own("alice")).to_have_count(8)
        log, below = desk.phone("alice").locator(".log"), desk.phone("alice").locator(".below")
        at_end = "node => node.scrollHeight - node.scrollTop - node.clientHeight < 4"
        assert await log.evaluate(at_end)
        await log.evaluate("node => { node.scrollTop = 0; }")
        await log.hover()
        await desk.elsewhere("alice", "还有一个问题")
        await expect(below).to_be_visible()
        assert await log.evaluate("node => node.scrollTop") == 0
        await below.click()
        await expect(below).to_be_hidden()
        assert await log.evaluate(at_end)


async def test_a_hidden_tab_asks_nothing(opened: Opener) -> None:
    async with opened(frozen=True) as desk:
        await desk.page.clock.pause_at(datetime.now().astimezone() + timedelta(hours=1))
        show = """hidden => {
            Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
        await desk.page.wait_for_load_state("networkidle")
        await desk.page.evaluate(show, True)
        asked = len(desk.requests)
        await desk.page.clock.run_for(60_000)
        assert len(desk.requests) == asked
        async with desk.page.expect_request("**/sandbox/messages?with=seller*"):
            await desk.page.evaluate(show, False)


async def test_the_page_recovers_when_the_server_was_away(opened: Opener) -> None:
    async with opened() as desk:
        await desk.page.route("**/sandbox/**", lambda route: route.abort())
        await expect(desk.page.locator("#trouble")).to_contain_text("连不上")
        await desk.page.unroute("**/sandbox/**")
        await expect(desk.page.locator("#trouble")).to_be_hidden()
        await desk.elsewhere("alice", "包邮吗")
        await expect(desk.own("alice")).to_have_count(1)
        desk.errors.clear()


async def test_everything_has_a_name(opened: Opener) -> None:
    async with opened() as desk:
        for box in await desk.page.locator("textarea, .log, .ahead, .chips, section").all():
            assert await box.get_attribute("aria-label")
        for button in await desk.page.get_by_role("button").all():
            assert await button.get_attribute("aria-label") or (await button.inner_text()).strip()
        for log in await desk.page.get_by_role("log").all():
            await expect(log).to_have_attribute("aria-live", "polite")
        assert await desk.page.locator("html").get_attribute("lang") == "zh-CN"


async def test_the_explanation_can_be_put_away(opened: Opener) -> None:
    async with opened() as desk:
        await expect(desk.page.locator("#intro")).to_contain_text("这是练习场")
        await desk.page.get_by_role("button", name="收起说明").click()
        await expect(desk.page.locator("#intro")).to_be_hidden()
        await desk.page.reload()
        await expect(desk.page.locator("#now")).to_contain_text("月")
        await expect(desk.page.locator("#intro")).to_be_hidden()


async def test_a_strict_policy_is_kept_to(opened: Opener) -> None:
    async with opened() as desk:
        for path in ("/", "/static/page/page.css", "/static/page/page.js"):
            answer = await desk.page.request.get(desk.url + path)
            assert answer.ok
            assert answer.headers["content-security-policy"] == "default-src 'self'"
        await desk.say("alice", "面霜多少钱")
        await desk.say("seller", "帮助")
        await expect(desk.heard("seller").first).to_be_visible()
        await desk.page.get_by_role("button", name="拨快 1 周").click()
        await expect(desk.page.locator("#told")).to_contain_text("现在是")
        assert desk.strangers() == []
        assert desk.errors == []


async def test_the_seller_sends_a_table_and_it_is_taken_in(opened: Opener, tmp_path: Path) -> None:
    table = tmp_path / "老客.csv"
    table.write_text("姓名,电话\n王姐,13812345678\n李四,13812345679\n", encoding="utf-8-sig")
    async with opened() as desk:
        await desk.phone("seller").locator("input[type=file]").set_input_files(table)
        await expect(desk.own("seller").locator(".text")).to_have_text("[文件] 老客.csv")
        await expect(desk.heard("seller").last).to_contain_text("导入 1")
        assert "新增 2" in await desk.heard("seller").last.inner_text()
        await desk.say("seller", "导入 1")
        await expect(desk.heard("seller").last).to_contain_text("导好了")
        await expect(desk.phone("alice").locator("input[type=file]")).to_have_count(0)


async def test_a_report_shows_its_chart(opened: Opener) -> None:
    async with opened() as desk:
        await desk.elsewhere("alice", "面霜多少钱")
        await desk.say("seller", "订单 alice 玫瑰面霜 129")
        await desk.say("seller", "报表")
        chart = desk.heard("seller").last.locator("img")
        await expect(chart).to_be_visible()
        assert await chart.evaluate("image => image.decode().then(() => image.naturalWidth)") == 900
