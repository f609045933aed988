"""A mail server for stories: takes mail over STARTTLS from whoever logs in, and nothing otherwise.

    smtp_sink.py CERTIFICATE KEY USER PASSWORD

Prints its port as the first line, then every mail it took as one line of JSON: recipients, headers, text, html.
Recipients decide how it answers:

    later.*     451 once, then takes the mail
    refused.*   550, always
    cut.*       closes the connection instead of answering the first time, then takes the mail
"""

import asyncio
import json
import ssl
import sys
from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Sink:
    def __init__(self):
        self.seen = set()

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
        for address in envelope.rcpt_tos:
            if address.startswith("later.") and self.is_first(address):
                return "451 4.3.0 try again later"
            if address.startswith("cut.") and self.is_first(address):
                server.transport.abort()
                return "421 4.3.2 gone"
        mail = message_from_bytes(envelope.content, policy=policy.default)
        part = lambda kind: mail.get_body((kind,)).get_content().replace("\r\n", "\n")
        headers = {name: str(value) for name, value in mail.items()}
        line = {"to": envelope.rcpt_tos, "headers": headers, "text": part("plain"), "html": part("html")}
        print(json.dumps(line), flush=True)
        return "250 2.0.0 taken"


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
        return SMTP(
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
