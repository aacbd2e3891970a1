"""Who has a conversation when WeCom says that it is not the bot's turn (CHANNELS §2.3)."""

from __future__ import annotations

from bot.channels.base import Submit
from bot.channels.clean import clean, text_at
from bot.channels.shared_token import TokenFailed
from bot.channels.wecom_kf.api import NoAnswer, NotReached
from bot.channels.wecom_kf.caller import Caller
from bot.core.accounts import WecomKfAccount
from bot.core.clock import Clock
from bot.core.delivery import Kind, Outcome, Outgoing, Verdict
from bot.core.events import BuyerEvent, Happening

STATE = "/cgi-bin/kf/service_state/get"

NEW, BOT, WAITING, PERSON, ENDED = range(5)


class Sessions:
    """Asks for the state of one conversation, and reports it where a person has it."""

    def __init__(self, account: WecomKfAccount, caller: Caller, clock: Clock) -> None:
        self._account = account
        self._caller = caller
        self._clock = clock
        self.submit: Submit | None = None

    async def explained(self, message: Outgoing, refused: Outcome) -> Outcome:
        """What the refusal of `message` means; while a person has the conversation the bot is silent there.

        The bot's own answer is dropped then, for the person gives it; everything else waits.
        """
        state, servicer = await self._state(message.external_id)
        if state in (NEW, BOT):
            return Outcome(Verdict.RETRY, "会话刚换手", refused.code, most_attempts=3)
        if state == WAITING:
            return Outcome(Verdict.WINDOW_CLOSED, "买家在排队等人工，去企业微信里接一下", refused.code)
        if state == ENDED:
            return Outcome(Verdict.WINDOW_CLOSED, "这次会话已经结束", refused.code)
        if state != PERSON:
            return refused
        seller = self._account.servicers.get(servicer, "")
        await self._report(message, servicer, seller)
        reason = f"{seller or servicer or '人工'}正在企业微信里跟他聊，要说的话在那里说"
        own = message.kind is Kind.REPLY
        return Outcome(Verdict.REJECTED if own else Verdict.WINDOW_CLOSED, reason, refused.code)

    async def _state(self, external_id: str) -> tuple[int | None, str]:
        asked = {"open_kfid": self._account.open_kfid, "external_userid": external_id}
        try:
            answer = clean(await self._caller.call(STATE, asked))
        except (TokenFailed, NotReached, NoAnswer):
            return None, ""
        state = answer.get("service_state")
        known = answer.get("errcode") == 0 and isinstance(state, int)
        return (state, text_at(answer, "servicer_userid")) if known else (None, "")

    async def _report(self, message: Outgoing, servicer: str, seller: str) -> None:
        if self.submit is None:
            return
        detail = {"event": "service_state", "servicer": servicer, "seller": seller}
        # one report for each refused attempt: a conversation can be taken over more than once
        report_id = f"state:{message.id}:{message.attempts}:{int(self._clock.now().timestamp())}"
        await self.submit(
            BuyerEvent(
                message.account,
                message.external_id,
                report_id,
                self._clock.now(),
                Happening.TAKEN_OVER,
                detail,
            )
        )
