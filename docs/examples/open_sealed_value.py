#!/usr/bin/env python3
"""Opens sealed values with nothing but a CBOR and an AES library, as docs/sealed-values.md describes them.

Reads JSON from standard input (binary columns as hex) and prints each value as one line of JSON:

    {"tenant_key":  {"tenant_id": …, "version": 1, "provider": "local", "kms_key": "local/1", "wrapped": "…"},
     "subject_key": {"subject_id": …, "wrapped": "…"},
     "values": [{"table": "profiles", "column": "attributes", "row": "<subject id>/1", "sealed": "…"}, …]}

A value with "subject": null is sealed under the tenant key itself. Needs cbor2 and cryptography; boto3 for AWS KMS. The local
provider's master key file is named by the first argument.
"""

import base64
import json
import sys

import cbor2
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def key_version(sealed: bytes) -> int:
    """Which version of the key sealed it: the protected header's `kid`."""
    protected, _, _ = cbor2.loads(sealed)
    return int(cbor2.loads(protected)[4])


def open_sealed(key: bytes, sealed: bytes, place: str) -> bytes:
    """Opens a COSE_Encrypt0 (RFC 9052) that was sealed at `place`."""
    protected, unprotected, ciphertext = cbor2.loads(sealed)
    if cbor2.loads(protected)[1] != 3:
        raise ValueError("not AES-256-GCM")
    aad = cbor2.dumps(["Encrypt0", protected, place.encode()])
    return AESGCM(key).decrypt(unprotected[5], ciphertext, aad)


def place(tenant: str, subject: str | None, table: str, column: str, row: str) -> str:
    return f"recital/1|{tenant}|{subject or '-'}|{table}|{column}|{row}"


def unwrap_tenant_key(row: dict, master_key_file: str | None) -> bytes:
    tenant, wrapped = row["tenant_id"], bytes.fromhex(row["wrapped"])
    if row["provider"] == "aws-kms":
        import boto3

        context = {"service": "recital", "tenant": tenant}
        answer = boto3.client("kms").decrypt(
            CiphertextBlob=wrapped, KeyId=row["kms_key"], EncryptionContext=context
        )
        return answer["Plaintext"]
    with open(master_key_file) as lines:
        masters = {int(version): base64.b64decode(key) for version, key in map(str.split, lines)}
    return open_sealed(masters[key_version(wrapped)], wrapped, place(tenant, None, "tenant_keys", "wrapped", tenant))


def main() -> None:
    rows = json.load(sys.stdin)
    tenant = rows["tenant_key"]["tenant_id"]
    tenant_key = unwrap_tenant_key(rows["tenant_key"], sys.argv[1] if len(sys.argv) > 1 else None)

    subject = rows["subject_key"]["subject_id"]
    wrapped = bytes.fromhex(rows["subject_key"]["wrapped"])
    assert key_version(wrapped) == rows["tenant_key"]["version"], "another version of the tenant key wraps it"
    subject_key = open_sealed(tenant_key, wrapped, place(tenant, subject, "subject_keys", "wrapped", subject))

    for value in rows["values"]:
        owner = value.get("subject", subject)
        where = place(tenant, owner, value["table"], value["column"], value["row"])
        clear = open_sealed(subject_key if owner else tenant_key, bytes.fromhex(value["sealed"]), where)
        print(json.dumps({"place": where, "value": clear.decode()}, ensure_ascii=False))


if __name__ == "__main__":
    main()
