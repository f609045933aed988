// Verifies a receipt's signature with jose and the key set it names: {"receipt": …} on the standard input.
import { deepStrictEqual } from 'node:assert';
import { text } from 'node:stream/consumers';
import { compactVerify, createRemoteJWKSet } from 'jose';

const { proof, ...document } = JSON.parse(await text(process.stdin)).receipt;
const { payload, protectedHeader } = await compactVerify(proof.jws, createRemoteJWKSet(new URL(proof.jku)));
deepStrictEqual(JSON.parse(new TextDecoder().decode(payload)), document);
console.log(protectedHeader.kid);
