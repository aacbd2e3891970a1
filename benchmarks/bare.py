"""The yardstick: a bare aiohttp application that reads a body and says success."""

import socket

from aiohttp import web


async def _success(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(text="success")


def main() -> None:
    """Serve on a free port, printing the address."""
    app = web.Application()
    app.add_routes([web.post("/callback/oa", _success)])
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    web.run_app(
        app, sock=listening, access_log=None, print=lambda *_: print(f"http://127.0.0.1:{port}/", flush=True)
    )


if __name__ == "__main__":
    main()
