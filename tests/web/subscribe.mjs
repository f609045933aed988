// Speaks graphql-transport-ws with the protocol's own library: {"url", "authorization", "query"} on the standard input.
// Prints the close codes that breaches of the protocol get, then the states of the first two events it is told of.
import { text } from 'node:stream/consumers';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, createClient } from 'graphql-ws';
import WebSocket from 'ws';

const { url, authorization, query } = JSON.parse(await text(process.stdin));
const init = { type: 'connection_init', payload: { authorization } };
const subscribe = { id: '1', type: 'subscribe', payload: { query } };

/** The code a connection is closed with after these messages. */
const closed = (messages, protocol = GRAPHQL_TRANSPORT_WS_PROTOCOL) =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocol);
    socket.on('open', () => messages.forEach((message) => socket.send(JSON.stringify(message))));
    socket.on('close', resolve);
    socket.on('error', reject);
  });

const expected = {
  BadRequest: [{ type: 'nonsense' }],
  Unauthorized: [subscribe],
  Forbidden: [{ type: 'connection_init', payload: { authorization: 'Bearer rct_1_1' } }],
  ConnectionInitialisationTimeout: [],
  SubscriberAlreadyExists: [init, subscribe, subscribe],
  TooManyInitialisationRequests: [init, init],
};
const codes = await Promise.all([
  ...Object.entries(expected).map(async ([name, messages]) => {
    const code = await closed(messages);
    if (code !== CloseCode[name]) throw new Error(`${name} is closed with ${code}, not ${CloseCode[name]}`);
    return code;
  }),
  closed([], []),
]);

const client = createClient({
  url,
  webSocketImpl: WebSocket,
  connectionParams: { authorization },
  retryAttempts: 0,
});
const states = [];
for await (const { data, errors } of client.iterate({ query })) {
  if (errors) throw new Error(JSON.stringify(errors));
  const { state } = data.consentChanged;
  if (states.length > 0 || state === 'GIVEN') states.push(state);
  if (states.length === 2) break;
}
await client.dispose();
console.log(...codes.sort(), ...states);
