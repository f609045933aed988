// Drives Chromium through journeys: what a person sees and does, as a browser shows it.
//
//   import { journey } from './browser.mjs';
//   await journey(async ({ visit, audit, expect }, given) => { … });
//
// is run as `node <file>.mjs '<JSON of what it is given>'` and ends with 0, or with 1 and what went wrong.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const script = (name) => readFileSync(createRequire(import.meta.url).resolve(name), 'utf8');
const AXE = script('axe-core/axe.min.js');
const HTML_CODESNIFFER = script('@pa11y/html_codesniffer/build/HTMLCS.js');

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
  async function audit(url, options = {}) {
    const name = new URL(url).pathname.split('/')[1];
    for (const [screen, size] of Object.entries(SIZES)) {
      for (const colorScheme of ['light', 'dark']) {
        const page = await visit(url, { size, javascript: true, colorScheme, ...options });
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

  /** Holds a page to what pa11y holds pages to, and to the least size of what is pressed (WCAG 2.2, 2.5.8). */
  async function pa11y(url, options = {}) {
    const page = await visit(url, { size: SIZES.phone, javascript: true, ...options });
    await page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
    await page.evaluate(HTML_CODESNIFFER);
    const errors = await page.evaluate(() => new Promise((resolve, reject) => {
      const errors = () => HTMLCS.getMessages().filter(({ type }) => type === HTMLCS.ERROR);
      const told = ({ code, msg, element }) => `${code}: ${msg} ${element.outerHTML?.slice(0, 200)}`;
      HTMLCS.process('WCAG2AA', document, (error) => (error ? reject(error) : resolve(errors().map(told))));
    }));
    expect(errors.length === 0, `${url}: ${errors.join('\n')}`);
    const small = await page.evaluate(() => {
      const pressed = document.querySelectorAll('button, select, textarea, summary, nav a, a.button, input:not([type=hidden])');
      const size = (element) => element.getBoundingClientRect();
      return [...pressed].filter((element) => size(element).height < 24 || size(element).width < 24).map((element) => element.outerHTML);
    });
    expect(small.length === 0, `${url}: too small to press: ${small.join('\n')}`);
    await page.context().close();
  }

  return { visit, audit, pa11y, expect };
}

/** Ends the journey unless it holds. */
export function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}
