"""What is said about a question that waits: to the seller with the line to type, to the buyer once. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.complaint import Step
from bot.core.customer import Customer, OpenQuestion
from bot.core.settings import Settings
from handlers.promise_words import till
from handlers.reply_times import ReplyTimes, Stage, urgent_class
from handlers.wording import quoted, said, typed


def reminder(
    customer: Customer,
    question: OpenQuestion,
    times: ReplyTimes,
    settings: Settings,
    now: datetime,
    unsaid: str = "",
) -> str:
    """Who waits, how long, for what, by when, and what to type; `unsaid`: why the buyer could not be told."""
    urgent = f"{question.urgency}：" if urgent_class(question.urgency, settings.replies) else ""
    waited = waited_for(now - question.asked_at)
    lines = [
        f"{urgent}{customer.called} 等了 {waited}，还没人回：{quoted(question.words)}",
        _by_when(times, settings, now),
        f"想先替你说一声“正在处理”，发不出去：{unsaid}。" if unsaid else "",
        _to_type(customer),
    ]
    return "\n".join(filter(None, lines))


def _to_type(customer: Customer) -> str:
    """The answer; where a complaint waits for the seller, its next step, which answers too."""
    answer = f"回 {typed(customer)} 文字"
    waiting = next((c for c in customer.complaints if c.step < Step.RESULT), None)
    return f"下一步打：投诉 {waiting.id}（只回一句打：{answer}）" if waiting else f"回他就打：{answer}"


def _by_when(times: ReplyTimes, settings: Settings, now: datetime) -> str:
    if times.stage(now) is Stage.ALARM:
        return "满三天没人回，人多半就走了。"
    due = till(times.due, settings, now)
    return f"{due} 前要回。" if now < times.due else f"该 {due} 前回的，已经过了。"


def waited_for(span: timedelta) -> str:
    """15 分钟, 8 小时, 2 天 12 小时."""
    minutes = max(1, int(span.total_seconds() // 60))
    days, hours = minutes // (24 * 60), minutes // 60 % 24
    if not days:
        return f"{hours} 小时" if hours else f"{minutes} 分钟"
    return f"{days} 天 {hours} 小时" if hours else f"{days} 天"


def acknowledgement(question: OpenQuestion, settings: Settings, now: datetime) -> str:
    """That it has been received: it names when they wrote, so that it is never the same sentence twice."""
    text = settings.texts.working if question.id % 2 else settings.texts.working_too
    return said(settings, text, when=till(question.asked_at, settings, now))
