"""What is not wrong in a configuration but will not do what somebody expects: `check` says it; pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.accounts import IlinkAccount, OnebotAccount
from bot.core.settings import Settings


def remarks(settings: Settings) -> Iterator[str]:
    """One line each, with its place."""
    bound = {account for account, _ in settings.seller_by_identity}
    for n, account in enumerate(settings.accounts):
        if isinstance(account, IlinkAccount) and account.id not in bound:
            binding = f"{{account: {account.id}, id: me}}"
            yield f"accounts[{n}].id: 没有人能从这里发命令；在 sellers 里给自己加上 {binding}"
    if settings.storage.url.startswith("postgresql://"):  # where roles may be separate
        yield from (f"{line}。用 --role all 跑就不用改" for line in only_in_one_process(settings))


def only_in_one_process(settings: Settings) -> Iterator[str]:
    """Accounts that connect to the process with the HTTP side: only from there can be sent to them."""
    for n, account in enumerate(settings.accounts):
        if isinstance(account, OnebotAccount) and account.mode == "reverse_ws":
            yield (
                f"accounts[{n}].mode: reverse_ws 收和发要在同一个进程里，"
                "web 和 worker 分开跑就发不出去，要写 forward_ws"
            )
