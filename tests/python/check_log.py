"""Checks an exported audit log and proofs from the GraphQL API, from RFC 9162 and C2SP signed-note alone.

    check_log.py EXPORT < proofs.json
"""

import base64
import hashlib
import json
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves):
    """RFC 9162, section 2.1.1, by its recursive definition."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node(root(leaves[:split]), root(leaves[split:]))


def included(leaf, index, size, path, expected):
    """RFC 9162, section 2.1.3.2."""
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == expected


def checkpoint(note, key):
    """C2SP signed-note and tlog-checkpoint."""
    text, signatures = note.split("\n\n")
    name, key_id, key = key.split("+", 2)
    public = base64.b64decode(key)
    assert public[0] == 1 and hashlib.sha256(name.encode() + b"\n" + public).digest()[:4].hex() == key_id
    signer, signature = signatures.strip().removeprefix("— ").split(" ")
    signature = base64.b64decode(signature)
    assert signer == name and signature[:4].hex() == key_id
    Ed25519PublicKey.from_public_bytes(public[1:]).verify(signature[4:], (text + "\n").encode())
    origin, size, stated = text.split("\n")
    assert origin == name
    return int(size), base64.b64decode(stated)


with open(sys.argv[1], encoding="utf-8") as export:
    head = json.loads(next(export))
    lines = [json.loads(line) for line in export]
size, stated = checkpoint(head["checkpoint"], head["publicKey"])
leaves = []
for number, line in enumerate(lines):
    leaf = hashlib.sha256(b"\x00" + line["leaf"].encode()).digest()
    assert line["index"] == number and line["leafHash"] == leaf.hex(), number
    leaves.append(leaf)
assert len(leaves) == size and root(leaves) == stated

proofs = json.load(sys.stdin)
for proof in proofs["inclusion"]:
    leaf = hashlib.sha256(b"\x00" + proof["leaf"].encode()).digest()
    path = [base64.b64decode(text) for text in proof["hashes"]]
    assert included(leaf, proof["logIndex"], size, path, stated), proof["logIndex"]
for proof in proofs["consistency"]:
    for end in ("from", "to"):
        assert root(leaves[: proof[end + "Size"]]) == base64.b64decode(proof[end + "Root"]), proof
print(f"{size} leaves, {len(proofs['inclusion'])} entries and {len(proofs['consistency'])} prefixes are as they should be")
