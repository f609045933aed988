// Verifies a delivery as a receiver would: {"secret", "headers", "body"} on the standard input (standardwebhooks).
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

const { secret, headers, body } = JSON.parse(await text(process.stdin));
console.log(new Webhook(secret).verify(body, headers).type);
