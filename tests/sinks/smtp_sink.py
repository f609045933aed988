"""A mail server for stories: takes mail over STARTTLS from whoever logs in, and nothing otherwise.

    smtp_sink.py CERTIFICATE KEY USER PASSWORD

Prints its port as the first line, then every mail it took as one line of JSON: recipients, headers, text, html, how many
connections there were by then, and the mail as it came (base64). Recipients decide how it answers:

    later.*     451 once, then takes the mail
    full.*      552, always
    refused.*   550, always
    cut.*       closes the connection instead of answering the first time, then takes the mail
    half.*      closes the connection in the middle of the mail the first time, then takes it
    hangs.*     takes the mail and never says so the first time, then takes it again and says so
    slow.*      says so after a second
"""

import asyncio
import base64
import json
import ssl
import sys
from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Sink:
    def __init__(self):
        self.seen = set()
        self.connections = 0

    def is_first(self, address):
        first = address not in self.seen
        self.seen.add(address)
        return first

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused."):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server, session, envelope):
        [address] = envelope.rcpt_tos
        kind = address.split(".")[0]
        if kind == "full":
            return "552 5.2.2 mailbox full"
        if kind == "later" and self.is_first(address):
            return "451 4.3.0 try again later"
        if kind == "cut" and self.is_first(address):
            server.transport.abort()
            return "421 4.3.2 gone"
        self.show(envelope)
        if kind == "hangs" and self.is_first(address):
            await asyncio.sleep(3600)
        if kind == "slow":
            await asyncio.sleep(1)
        return "250 2.0.0 taken"

    def show(self, envelope):
        mail = message_from_bytes(envelope.content, policy=policy.default)
        part = lambda kind: mail.get_body((kind,)).get_content().replace("\r\n", "\n")
        line = {
            "to": envelope.rcpt_tos,
            "headers": {name: str(value) for name, value in mail.items()},
            "text": part("plain"),
            "html": part("html"),
            "connections": self.connections,
            "raw": base64.b64encode(envelope.content).decode(),
        }
        print(json.dumps(line), flush=True)


class Connection(SMTP):
    """Counts itself, and cuts itself off in the middle of a mail where that is asked for."""

    def connection_made(self, transport):
        if self.transport is None:
            self.event_handler.connections += 1
        super().connection_made(transport)

    async def smtp_DATA(self, arg):
        [address] = self.envelope.rcpt_tos or [""]
        if address.startswith("half.") and self.event_handler.is_first(address):
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


def authenticator(user, password):
    def check(server, session, envelope, mechanism, auth_data):
        right = isinstance(auth_data, LoginPassword) and auth_data == LoginPassword(user.encode(), password.encode())
        return AuthResult(success=right, handled=False)

    return check


async def main(certificate, key, user, password):
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    sink = Sink()

    def connection():
        return Connection(
            sink,
            hostname="localhost",
            tls_context=tls,
            require_starttls=True,
            auth_required=True,
            authenticator=authenticator(user, password),
        )

    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
