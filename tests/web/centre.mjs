// A person at a tenant's privacy centre, without JavaScript: asks without an account on a phone, signs in, and sees to
// their data with the mouse and with the keyboard. { "url", "email", "password", "purpose", "languages", "folder"? }
import { SIZES, journey } from './browser.mjs';

await journey(async ({ visit, audit, pa11y, expect }, { url, email, password, purpose, languages, folder }) => {
  const origin = new URL(url).origin;
  const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor();
  const picture = async (page, name, options) => {
    if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true, ...options });
  };
  /** Remembers what a page asks for elsewhere. */
  const strangers = [];
  const watch = (page) => page.on('request', (request) => {
    if (!request.url().startsWith(origin)) strangers.push(request.url());
  });

  // Everybody's pages.
  for (const path of ['', '/policy', '/ask/access', '/ask/rectification', '/ask/objection', '/asked']) {
    await audit(`${url}${path}`);
    for (const language of languages) await pa11y(`${url}${path}?lang=${language}`);
  }

  // Asking without an account, on a phone.
  const phone = await visit(url, { size: SIZES.phone });
  watch(phone);
  await picture(phone, 'centre-phone');
  await phone.getByRole('link', { name: 'See your data' }).click();
  await heading(phone, 'See your data');
  await phone.getByLabel('Your e-mail address').fill(email);
  await phone.getByRole('button', { name: 'Send the request' }).click();
  await heading(phone, 'Look into your mailbox');

  // In another language, chosen at the foot of the page; it goes along.
  await phone.goto(url);
  await phone.getByRole('link', { name: 'Deutsch' }).click();
  await phone.getByRole('link', { name: 'Ihre Daten löschen lassen' }).click();
  await heading(phone, 'Ihre Daten löschen lassen');

  // Whoever is not signed in is led to the door, and then on.
  const desk = await visit(url);
  watch(desk);
  await picture(desk, 'centre-home');
  await desk.getByRole('link', { name: 'Open my page' }).click();
  await desk.getByLabel('E-mail address', { exact: false }).first().fill(email);
  await desk.locator('input[type=password]').fill(password);
  await desk.locator('input[type=password]').press('Enter');
  await desk.waitForURL((at) => !at.pathname.endsWith('/sign-in'));
  await desk.goto(`${url}/me`);
  await heading(desk, 'What is held about you');
  await picture(desk, 'centre-own');

  // A consent, by the keyboard alone.
  await desk.getByRole('link', { name: 'My consents' }).click();
  const choice = desk.locator('section.panel', { has: desk.getByRole('heading', { name: purpose, exact: true }) });
  const press = async () => {
    const button = choice.getByRole('button');
    const focused = () => button.evaluate((element) => element === document.activeElement);
    for (let stops = 0; stops < 40 && !(await focused()); stops += 1) await desk.keyboard.press('Tab');
    expect(await focused(), 'the button is reached by keyboard');
    await Promise.all([desk.waitForURL(/done=consent/), desk.keyboard.press('Enter')]);
  };
  const before = await choice.locator('.state').innerText();
  await press();
  expect((await choice.locator('.state').innerText()) !== before, 'one press changes a consent');
  await desk.goto(`${url}/me/consents`);
  await press();
  expect((await choice.locator('.state').innerText()) === before, 'one press changes it back');
  await picture(desk, 'centre-consents');

  // A detail is corrected.
  await desk.getByRole('link', { name: 'My details' }).click();
  await desk.getByLabel('Name', { exact: true }).fill('Ada King Lovelace');
  await desk.getByRole('button', { name: 'Save my corrections' }).click();
  await desk.getByRole('status').waitFor();

  // An erasure is asked for and taken back.
  await desk.getByRole('link', { name: 'Overview' }).click();
  await desk.getByRole('link', { name: 'Have your data erased' }).click();
  await desk.getByRole('checkbox').check();
  await desk.getByRole('button', { name: 'Erase my data' }).click();
  await heading(desk, 'My requests');
  await picture(desk, 'centre-requests');
  await desk.getByRole('button', { name: 'Cancel the request' }).first().click();
  await desk.getByText('The request is cancelled').first().waitFor();

  // Everything that only the person sees.
  const storageState = await desk.context().storageState();
  for (const path of ['/me', '/me/details', '/me/consents', '/me/requests', '/me/ask/access', '/me/ask/erasure', '/me/ask/objection']) {
    await audit(`${url}${path}`, { storageState });
    for (const language of languages) await pa11y(`${url}${path}?lang=${language}`, { storageState });
  }
  if (folder) {
    const dark = await visit(`${url}/me`, { size: SIZES.phone, colorScheme: 'dark', storageState });
    await picture(dark, 'centre-own-dark');
  }
  expect(strangers.length === 0, `pages ask elsewhere: ${strangers.join(' ')}`);
});
