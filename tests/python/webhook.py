"""Verifies a delivery as a receiver would: {"secret", "headers", "body"} on the standard input (standardwebhooks)."""

import json
import sys

from standardwebhooks.webhooks import Webhook

given = json.load(sys.stdin)
print(Webhook(given["secret"]).verify(given["body"], given["headers"])["type"])
