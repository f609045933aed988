// Runs graphql-http's audits of the GraphQL over HTTP draft: node graphql_http.mjs URL
// Every MUST and every SHOULD has to hold; prints what does not, then a count.
import { serverAudits } from 'graphql-http';

const results = [];
for (const audit of serverAudits({ url: process.argv[2], fetchFn: fetch })) {
  results.push(await audit.fn());
}
const failed = results.filter((result) => result.status !== 'ok');
for (const { status, id, name, reason } of failed) console.log(`${status} ${id} ${name}: ${reason}`);
console.log(`${results.length - failed.length} of ${results.length} audits hold`);
process.exit(failed.length > 0 ? 1 : 0);
