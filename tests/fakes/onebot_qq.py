"""QQ and the action half of NapCat: friends, groups, messages; refuses what the real ones refuse."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from tests.fakes.onebot_files import Failed, SentFiles
from tests.fakes.pictures import SHOWN, from_base64, is_png
from tests.fakes.waiting import Changes

LONGEST = 4500
LARGEST_PICTURE = 10 * 1024 * 1024
"""Bytes; QQ's own limit is written nowhere."""
SENDS = ("send_private_msg", "send_msg")
SENDABLE = frozenset({"text", "face", "image", "record", "video", "at", "reply", "json", "file", "forward"})


def refused(result: int, words: str) -> Failed:
    """How NapCat hands on what QQ itself refuses (NapCatQQ #600)."""
    said = json.dumps({"result": result, "errMsg": words}, ensure_ascii=False, indent=4)
    where = "NTEvent serviceAndMethod:NodeIKernelMsgService/sendMsg ListenerName:NodeIKernelMsgListener"
    return Failed(1200, f"EventChecker Failed: {where}/onMsgInfoListUpdate EventRet:\n{said}\n")


def timed_out() -> Failed:
    """QQ did not answer NapCat: risk control looks like this (NapCatQQ #788)."""
    where = "NTEvent serviceAndMethod:NodeIKernelMsgService/sendMsg"
    return Failed(1200, f'Timeout: {where} EventRet:\n{{\n    "result": 0,\n    "errMsg": ""\n}}\n')


@dataclass
class Fault:
    """What goes wrong with the next send: `before` or `after` the message is taken.

    failed: answered so. silent: never answered. hang_up: the connection ends. hold: answered when it is set.
    """

    after: bool = False
    failed: Failed | None = None
    silent: bool = False
    hang_up: bool = False
    hold: asyncio.Event | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)


class Qq:
    """One logged-in QQ account. `phones[user]` is what the other side sees, `calls` every action as it came.

    pictures: what the pictures are that a phone shows as `[图片]`.
    """

    def __init__(self, self_id: int, now: Callable[[], datetime]) -> None:
        self.self_id = self_id
        self._now = now
        self.friends: set[int] = set()
        self.groups: dict[int, set[int]] = {}
        self.closed_groups: set[int] = set()  # groups that allow no temporary sessions
        self.blocked_by: set[int] = set()
        self.requests: dict[str, int] = {}
        self.files = SentFiles()
        self.phones: defaultdict[int, list[str]] = defaultdict(list)
        self.pictures: defaultdict[int, list[bytes]] = defaultdict(list)
        self.calls: list[dict[str, Any]] = []
        self.sent_at: list[float] = []
        self.faults: deque[Fault] = deque()
        self.changes = Changes()  # a phone shows more, a connection was refused or has ended
        self.numbers = count(2_000_000_001)
        self.frozen = False

    def now(self) -> float:
        return self._now().timestamp()

    def called(self, action: str) -> list[dict[str, Any]]:
        """The params of every call of `action`."""
        return [call["params"] for call in self.calls if call["action"] == action]

    def inject(self, *, times: int = 1, **fault: Any) -> Fault:
        """The next sends go wrong; see Fault."""
        injected = Fault(**fault)
        self.faults.extend([injected] * times)
        return injected

    def perform(self, action: str, params: dict[str, Any]) -> Any:
        """The data of the answer; Failed otherwise."""
        known: dict[str, Callable[[dict[str, Any]], Any]] = {
            "send_private_msg": self._send_private,
            "send_msg": self._send,
            "set_friend_add_request": self._answer_request,
            "get_login_info": lambda _: {"user_id": self.self_id, "nickname": "小林护肤"},
            "get_file": self.files.get_file,
            "get_private_file_url": self.files.get_private_file_url,
            "get_status": lambda _: {"online": True, "good": True, "stat": {}},
            "get_version_info": lambda _: {"app_name": "NapCat.Onebot", "protocol_version": "v11"},
            "get_friend_list": lambda _: [{"user_id": f, "nickname": str(f)} for f in sorted(self.friends)],
        }
        if action not in known:
            raise Failed(1404, f"不支持的Api {action}")
        return known[action](params)

    def _send(self, params: dict[str, Any]) -> dict[str, Any]:
        """What other bots use; ours says which kind it means."""
        if params.get("message_type", "private") != "private" or params.get("group_id"):
            raise Failed(1400, "only private messages here")
        taken = ("user_id", "message", "auto_escape")
        return self._send_private({name: params[name] for name in taken if name in params})

    def _send_private(self, params: dict[str, Any]) -> dict[str, Any]:
        if set(params) - {"user_id", "group_id", "message", "auto_escape"}:
            raise Failed(1400, "unknown parameter")
        user_id = _number(params.get("user_id"))
        segments = _checked(_segments(params.get("message"), escape=params.get("auto_escape") is True))
        words, pictures = _words(segments), _pictures(segments)
        self._check_reachable(user_id, params.get("group_id"))
        message_id = next(self.numbers)
        self.pictures[user_id] += pictures
        self.phones[user_id].append(words)
        self.changes.happened()
        self.sent_at.append(self.now())
        return {"message_id": message_id}

    def _check_reachable(self, user_id: int, group_id: Any) -> None:
        if self.frozen:
            raise refused(-1, "你的账号因违反《QQ号码规则》被限制使用部分产品功能")
        if user_id in self.blocked_by:
            raise refused(-1, "发送失败，对方已拒收你的消息（黑名单）")
        if user_id in self.friends:
            return
        if group_id is None:
            raise refused(16, "发送失败，请先添加对方为好友")
        number = _number(group_id)
        if user_id not in self.groups.get(number, ()):
            raise refused(110, "发送失败，你已被移出该群，请重新加群。")
        if number in self.closed_groups:
            raise refused(103, "")

    def _answer_request(self, params: dict[str, Any]) -> None:
        flag = params.get("flag")
        if not isinstance(flag, str) or not isinstance(params.get("approve"), bool):
            raise Failed(1400, "flag must be a string, approve a boolean")
        if flag not in self.requests:
            raise Failed(1200, "request not found")
        if params["approve"]:
            self.friends.add(self.requests.pop(flag))


def _number(value: Any) -> int:
    if isinstance(value, bool) or not str(value).isdecimal() or int(value) <= 0:
        raise Failed(1400, "user_id or group_id is not a number")
    return int(value)


def _segments(message: Any, *, escape: bool) -> Any:
    """A string is text if it says so, or has no codes in it; codes this fake does not read."""
    if isinstance(message, str) and (escape or "[CQ:" not in message):
        return [{"type": "text", "data": {"text": message}}]
    return message


def _checked(message: Any) -> list[Any]:
    """Only arrays of whole segments are taken."""
    if not isinstance(message, list) or not message:
        raise Failed(1400, "消息体无法解析, 请检查是否发送了不支持的消息类型")
    for segment in message:
        if not isinstance(segment, dict) or set(segment) != {"type", "data"}:
            raise Failed(1400, "a segment has type and data")
        if segment["type"] not in SENDABLE or not isinstance(segment["data"], dict):
            raise Failed(1400, f"未知的消息类型：{segment['type']}")
    return message


def _words(segments: list[Any]) -> str:
    """What the other side sees in a list of chats."""
    words = []
    for segment in segments:
        if segment["type"] == "text":
            words.append(segment["data"].get("text"))
        elif segment["type"] == "image":
            words.append(SHOWN)
    if not all(isinstance(w, str) and w for w in words) or not words:
        raise Failed(1400, "text is empty")
    if len("".join(words)) > LONGEST:
        raise refused(-1, "消息过长")
    return "".join(words)


def _pictures(segments: list[Any]) -> list[bytes]:
    """The bytes of the pictures; ours are PNGs as base64, of an address or a path this fake knows nothing."""
    pictures = []
    for segment in segments:
        if segment["type"] != "image":
            continue
        file = segment["data"].get("file")
        picture = from_base64(file.removeprefix("base64://")) if isinstance(file, str) else None
        if picture is None or not file.startswith("base64://"):
            raise Failed(1200, f"文件处理失败: 识别URL失败, uri= {str(file)[:40]}")
        if not is_png(picture) or len(picture) > LARGEST_PICTURE:
            raise refused(-1, "rich media transfer failed")
        pictures.append(picture)
    return pictures
