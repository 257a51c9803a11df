"""A mail server in a process of its own, which takes everything: ``python -m``, prints its port."""

import asyncio
import sys

from aiosmtpd.smtp import SMTP, Envelope, Session


class Taker:
    """Takes a letter and forgets it. It takes several commands at once, and says so, as nearly all
    servers do (RFC 2920)."""

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, name: str, answers: list[str]
    ) -> list[str]:
        session.host_name = name  # type: ignore[assignment]  # as the server itself keeps it
        return [*answers[:-1], "250-PIPELINING", answers[-1]]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        return "250 OK"


async def serve() -> None:
    """Listen on any port until killed."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Taker(), loop=loop), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
