// Looks at pages that are given by their addresses: { "pages": ["https://…", …] }.
import { journey } from './browser.mjs';

await journey(async (browser, { pages }) => {
  for (const url of pages) await browser.audit(url);
});
