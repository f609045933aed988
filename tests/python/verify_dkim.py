"""Verifies a mail's DKIM signature with dkimpy: verify_dkim.py MAIL RECORD

RECORD stands in for DNS. Prints the name that was looked up, and whether the signature is good.
"""

import sys

import dkim

with open(sys.argv[1], "rb") as file:
    mail = file.read()
asked = []


def dns(name, timeout=5):
    asked.append(name.decode())
    return sys.argv[2].encode()


try:
    good = dkim.verify(mail, dnsfunc=dns)
except dkim.DKIMException:
    good = False
print(asked[0] if asked else "-", "good" if good else "bad")
