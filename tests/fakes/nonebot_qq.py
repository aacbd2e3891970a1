"""A bot of NoneBot2's with its QQ adapter, as a program: answers every message twice, greets friends."""

from __future__ import annotations

import sys


def main() -> None:
    import nonebot
    from nonebot.adapters.qq import (
        Adapter,
        Bot,
        C2CMessageCreateEvent,
        FriendAddEvent,
        GroupAtMessageCreateEvent,
    )

    url, app_id, secret, port = sys.argv[1:5]
    nothing = dict.fromkeys(
        ("guilds", "guild_members", "guild_message_reactions", "message_audit", "at_messages"), False
    )
    one = {
        "id": app_id,
        "secret": secret,
        "use_websocket": port == "0",
        "intent": nothing | {"c2c_group_at_messages": True},
    }
    nonebot.init(
        driver="~httpx+~websockets" if port == "0" else "~fastapi+~httpx",
        host="127.0.0.1",
        port=int(port) or 8080,
        qq_api_base=f"{url}/",
        qq_auth_base=f"{url}/app/getAppAccessToken",
        qq_bots=[one],
        log_level="ERROR",
    )
    nonebot.get_driver().register_adapter(Adapter)
    spoken = nonebot.on_message()
    told = nonebot.on_notice()

    @nonebot.get_driver().on_startup
    async def _() -> None:
        sys.stdout.write("started\n")
        sys.stdout.flush()

    @spoken.handle()
    async def _(bot: Bot, event: C2CMessageCreateEvent | GroupAtMessageCreateEvent) -> None:
        await bot.send(event, f"收到：{event.get_plaintext().strip()}")
        await bot.send(event, "第二句")

    @told.handle()
    async def _(bot: Bot, event: FriendAddEvent) -> None:
        sys.stdout.write(f"{event.openid}\n")
        sys.stdout.flush()

    nonebot.run()


if __name__ == "__main__":
    main()
