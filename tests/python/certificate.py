"""Checks an erasure certificate from outside, with two libraries that know nothing of each other (joserfc and PyJWT).

Reads {"jws": …, "jwks": …}; prints what it states."""

import json
import sys

import joserfc.errors
import jwt
from joserfc import jws
from joserfc.jwk import KeySet

given = json.load(sys.stdin)
keys = KeySet.import_key_set(given["jwks"])
checked = jws.deserialize_compact(given["jws"], keys, algorithms=["EdDSA", "Ed25519"])
header = checked.headers()
assert header["typ"] == "erasure-certificate+jwt" and header["kid"], header
claims = json.loads(checked.payload)

key = next(key for key in jwt.PyJWKSet.from_dict(given["jwks"]).keys if key.key_id == header["kid"])
assert jwt.decode(given["jws"], key, algorithms=["EdDSA"], options={"verify_iat": False}) == claims

# One letter of the statement changed, and neither takes it.
head, body, signature = given["jws"].split(".")
forged = ".".join([head, body[:20] + ("A" if body[20] != "A" else "B") + body[21:], signature])
for check, refusal in [
    (lambda: jws.deserialize_compact(forged, keys, algorithms=["EdDSA", "Ed25519"]), joserfc.errors.JoseError),
    (lambda: jwt.decode(forged, key, algorithms=["EdDSA"], options={"verify_iat": False}), jwt.InvalidTokenError),
]:
    try:
        check()
    except refusal:
        continue
    raise AssertionError("a forged certificate was taken")
print(json.dumps(claims))
