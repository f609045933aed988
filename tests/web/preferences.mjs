// A person opens their page, takes a consent back and gives it again, without JavaScript; with the mouse on a phone and
// with the keyboard alone at a desk. { "url", "purpose", "on", "off", "screenshot"? }
import { SIZES, journey } from './browser.mjs';

await journey(async ({ visit, audit, expect }, { url, purpose, on, off, screenshot }) => {
  const choice = (page) => page.locator('section.choice', { has: page.getByRole('heading', { name: purpose, exact: true }) });
  const stands = async (page, state) => {
    const told = await choice(page).locator('.state').innerText();
    expect(told.startsWith(state), `${purpose} is told as ${told}, not ${state}`);
  };
  const saved = async (page, state) => {
    const told = await page.getByRole('status').innerText();
    expect(told.includes(purpose) && told.includes(state), `after the change the page says ${told}`);
  };

  const phone = await visit(url, { size: SIZES.phone });
  await stands(phone, on);
  await choice(phone).getByRole('button').click();
  await saved(phone, off);
  await stands(phone, off);
  await choice(phone).getByRole('button').click();
  await saved(phone, on);
  await stands(phone, on);

  const desk = await visit(url);
  const press = async () => {
    const button = choice(desk).getByRole('button');
    for (let stops = 0; stops < 30; stops += 1) {
      await desk.keyboard.press('Tab');
      if (await button.evaluate((element) => element === document.activeElement)) break;
    }
    expect(await button.evaluate((element) => element === document.activeElement), 'the button is reached by keyboard');
    await Promise.all([desk.waitForURL(/saved=/), desk.keyboard.press('Enter')]);
  };
  await press();
  await stands(desk, off);
  await desk.goto(url);
  await press();
  await stands(desk, on);

  await audit(url);
  await audit(desk.url());
  if (screenshot) {
    const page = await visit(desk.url(), { size: { width: 900, height: 1000 }, deviceScaleFactor: 1 });
    await page.screenshot({ path: screenshot, fullPage: true });
  }
});
