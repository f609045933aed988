"""Checks a consent receipt from outside: as JSON-LD (pyld), against the fields that the DPV guide for ISO/IEC TS 27560
requires, against the vocabulary's own terms, and its signature (joserfc).

Reads {"receipt": …, "jwks": …, "terms": "path"}; prints the kid that signed it."""

import json
import sys

from joserfc import jws
from joserfc.jwk import KeySet
from pyld import jsonld

DPV, DCT = "https://w3id.org/dpv#", "http://purl.org/dc/terms/"
PROFILE = "https://w3id.org/dpv/schema/dpv-27560#"
WELL_KNOWN = (DCT, "http://www.w3.org/2001/XMLSchema#", PROFILE, "urn:uuid:", "mailto:")

# The fields that the guide's table calls mandatory, each by its path from the record on, with the type it names.
RECORD = [
    ([DCT + "conformsTo"], None),
    ([DCT + "identifier"], None),
    ([DPV + "hasDataSubject"], DPV + "DataSubject"),
    ([DPV + "hasDataSubject", DCT + "identifier"], None),
    ([DPV + "hasNotice"], DPV + "ConsentNotice"),
    ([DCT + "language"], None),
    ([DPV + "hasProcess"], DPV + "Process"),
    ([DPV + "hasProcess", DPV + "hasPurpose"], DPV + "Purpose"),
    ([DPV + "hasProcess", DPV + "hasLegalBasis"], None),
    ([DPV + "hasProcess", DPV + "hasPersonalData"], None),
    ([DPV + "hasProcess", DPV + "hasStorageCondition", DPV + "hasLocation"], None),
    ([DPV + "hasProcess", DPV + "hasStorageCondition", DPV + "hasDuration"], None),
    ([DPV + "hasProcess", DPV + "hasRecipient"], None),
    ([DPV + "hasProcess", DPV + "hasConsentControl"], DPV + "WithdrawConsent"),
    ([DPV + "hasJurisdiction"], None),
    ([DPV + "hasDataController"], DPV + "DataController"),
    ([DPV + "hasDataController", DCT + "identifier"], None),
    ([DPV + "hasDataController", DPV + "hasName"], None),
    ([DPV + "hasDataController", DPV + "hasAddress"], None),
    ([DPV + "hasDataController", DPV + "hasContact"], None),
    ([DPV + "hasConsentStatus", DCT + "date"], None),
    ([DPV + "hasConsentStatus", DCT + "valid"], None),
    ([DPV + "hasConsentStatus", DPV + "hasLegalBasis"], None),
    ([DPV + "hasConsentStatus", DPV + "isImplementedByEntity"], None),
]
RECEIPT = [
    ([DCT + "conformsTo"], None),
    ([DCT + "identifier"], None),
    ([DCT + "created"], None),
    ([DCT + "publisher"], None),
    ([DPV + "hasRecordOfActivity"], DPV + "ConsentRecord"),
]


def no_network(url, options):
    raise RuntimeError(f"a receipt must stand alone, but asks for {url}")


def values(nodes, path):
    for step in path:
        nodes = [value for node in nodes for value in node.get(step, [])]
    return nodes


def require(node, fields):
    for path, kind in fields:
        found = values([node], path)
        assert found, f"{path} is missing"
        for value in found:
            assert value.get("@value", value.get("@id", value)) not in ("", None, {}), f"{path} is empty"
            assert kind is None or kind in value.get("@type", []), f"{path} is no {kind}"


def iris(node):
    """Every name that the expanded document takes from a vocabulary."""
    if isinstance(node, list):
        for item in node:
            yield from iris(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "@type":
                yield from value if isinstance(value, list) else [value]
            elif key == "@id":
                yield value
            elif key != "@value":
                if not key.startswith("@"):
                    yield key
                yield from iris(value)


given = json.load(sys.stdin)
receipt, terms = given["receipt"], set(open(given["terms"]).read().split())
proof = receipt.pop("proof")

expanded = jsonld.expand(receipt, {"documentLoader": no_network, "base": ""})
assert len(expanded) == 1 and DPV + "ConsentReceipt" in expanded[0]["@type"], expanded
document = expanded[0]
require(document, RECEIPT)
assert values([document], [DCT + "conformsTo"]) == [{"@id": PROFILE + "receipt"}]
record = values([document], [DPV + "hasRecordOfActivity"])[0]
require(record, RECORD)
assert values([record], [DCT + "conformsTo"]) == [{"@id": PROFILE + "record"}]
unknown = {iri for iri in iris(document) if iri not in terms and not iri.startswith(WELL_KNOWN)}
assert not unknown, f"not in the vocabulary: {sorted(unknown)}"
# Every term that was written down means something: none is dropped when the document is read as linked data.
assert json.dumps(jsonld.compact(expanded, receipt["@context"])).count('"dpv:') >= json.dumps(receipt).count('"dpv:has')

keys = KeySet.import_key_set(given["jwks"])
signed = jws.deserialize_compact(proof["jws"], keys, algorithms=["EdDSA", "Ed25519"])
assert json.loads(signed.payload) == receipt, "the signature is for another document"
print(signed.headers()["kid"])
