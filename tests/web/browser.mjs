// Drives Chromium through journeys: what a person sees and does, as a browser shows it.
//
//   import { journey } from './browser.mjs';
//   await journey(async ({ visit, audit, expect }, given) => { … });
//
// is run as `node <file>.mjs '<JSON of what it is given>'` and ends with 0, or with 1 and what went wrong.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

/** The widths at which every page is looked at. */
export const SIZES = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 900 } };

/** Runs one journey in a browser of its own. */
export async function journey(steps) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
  try {
    await steps(tools(browser), JSON.parse(process.argv[2] ?? '{}'));
  } catch (problem) {
    console.log(problem.stack ?? problem);
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}

function tools(browser) {
  /** Opens a page in a window of its own. Without `javascript` as those see it who have switched it off. */
  async function visit(url, { size = SIZES.desk, javascript = false, ...options } = {}) {
    const context = await browser.newContext({ viewport: size, javaScriptEnabled: javascript, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const answer = await page.goto(url);
    expect(answer.status() < 500, `${url} answers ${answer.status()}`);
    return page;
  }

  /** Holds a page to the Web Content Accessibility Guidelines, at every size, in light and in dark. */
  async function audit(url) {
    const name = new URL(url).pathname.split('/')[1];
    for (const [screen, size] of Object.entries(SIZES)) {
      for (const colorScheme of ['light', 'dark']) {
        const page = await visit(url, { size, javascript: true, colorScheme });
        await page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
        await page.evaluate(AXE);
        const { violations } = await page.evaluate(() => axe.run());
        const found = violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map((node) => node.html).join(' ')}`);
        expect(found.length === 0, `${name} (${screen}, ${colorScheme}): ${found.join('\n')}`);
        const overflows = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        expect(!overflows, `${name} is wider than a ${screen}`);
        await page.context().close();
      }
    }
  }

  return { visit, audit, expect };
}

/** Ends the journey unless it holds. */
export function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}
