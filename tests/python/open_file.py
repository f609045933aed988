"""Opens a file's content from its sealed chunks, by docs/sealed-values.md alone.

Reads JSON from standard input: tenant, subject and file ids, the master key (base64), the wrapped keys (hex), the size of
the content, and the folder that holds the chunks. Prints the content's SHA-256 and what the row says it is.
"""

import base64
import hashlib
import json
import pathlib
import sys

import cbor2
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK = 1024 * 1024


def unseal(key: bytes, place: str, sealed: bytes) -> bytes:
    protected, unprotected, ciphertext = cbor2.loads(sealed)
    header = cbor2.loads(protected)
    assert header[1] == 3, "A256GCM"
    aad = cbor2.dumps(["Encrypt0", protected, place.encode()])
    return AESGCM(key).decrypt(unprotected[5], ciphertext, aad)


asked = json.load(sys.stdin)
tenant, subject, file = asked["tenant"], asked["subject"], asked["file"]
master = base64.b64decode(asked["masterKey"])
key = unseal(master, f"recital/1|{tenant}|-|tenant_keys|wrapped|{tenant}", bytes.fromhex(asked["tenantKey"]))
key = unseal(key, f"recital/1|{tenant}|{subject}|subject_keys|wrapped|{subject}", bytes.fromhex(asked["subjectKey"]))
sha256 = unseal(key, f"recital/1|{tenant}|{subject}|files|sha256|{file}", bytes.fromhex(asked["sha256"]))
name = unseal(key, f"recital/1|{tenant}|{subject}|files|name|{file}", bytes.fromhex(asked["name"]))
key = unseal(key, f"recital/1|{tenant}|{subject}|files|content_key|{file}", bytes.fromhex(asked["contentKey"]))

digest = hashlib.sha256()
chunks = max(1, -(-asked["size"] // CHUNK))
for number in range(chunks):
    which = "last" if number == chunks - 1 else "more"
    sealed = pathlib.Path(asked["folder"], tenant, file, str(number)).read_bytes()
    digest.update(unseal(key, f"recital/1|{tenant}|{subject}|files|content|{file}/{number}/{which}", sealed))
print(json.dumps({"sha256": digest.hexdigest(), "stated": sha256.hex(), "name": name.decode()}))
