// A person makes an account, signs in and out and chooses a new password, without JavaScript: on a phone, and with the
// keyboard alone at a desk. { "centre", "inbox", "folder" }
import { SIZES, journey } from './browser.mjs';

const EMAIL = 'ada@example.com';
const PASSWORD = 'walnut harbour kettle';
const OTHER_PASSWORD = 'copper lantern meadow';

await journey(async ({ visit, audit, expect }, { centre, inbox, folder }) => {
  const at = (page) => `${centre}/account/${page}`;
  const picture = (name) => ({ path: `${folder}/account-${name}.png`, fullPage: true });
  /** The link of the mail that comes next. */
  const mailed = async (count) => {
    for (let tries = 0; tries < 100; tries += 1) {
      const mails = await (await fetch(inbox)).json();
      if (mails.length >= count) return mails[count - 1].text.match(/^http\S+\/account\/\S+$/m)[0];
      await new Promise((wait) => { setTimeout(wait, 100); });
    }
    throw new Error(`there is no mail ${count}`);
  };
  const heading = (page, name) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  const title = (page) => page.locator('h1').innerText();

  for (const page of ['sign-in', 'sign-up', 'forgotten']) {
    await audit(at(page));
    const titles = new Set();
    for (const language of ['en', 'de', 'fr', 'es', 'it']) {
      const shown = await visit(`${at(page)}?lang=${language}`, { size: SIZES.phone });
      expect(await shown.locator('html').getAttribute('lang') === language, `${page} is not in ${language}`);
      titles.add(await title(shown));
      await shown.context().close();
    }
    expect(titles.size === 5, `${page} has ${titles.size} titles in five languages`);
  }

  const phone = await visit(at('sign-up'), { size: SIZES.phone });
  const consent = phone.getByRole('checkbox');
  expect(await consent.count() === 1 && !await consent.isChecked(), 'nothing is ticked beforehand');
  await phone.getByLabel('Name').fill('Ada Lovelace');
  await phone.getByLabel('E-mail address').fill(EMAIL);
  await phone.getByLabel('Password').fill(PASSWORD);
  await phone.getByRole('button', { name: 'Create an account' }).click();
  await phone.getByRole('alert').waitFor();
  expect((await phone.getByRole('alert').innerText()).includes('without this consent'), 'it says why not');
  await phone.screenshot(picture('sign-up-phone'));
  await phone.getByLabel('Password').fill(PASSWORD);
  await consent.check();
  await phone.getByRole('button', { name: 'Create an account' }).click();
  await heading(phone, 'Look into your mailbox');
  const confirmation = await mailed(1);
  await audit(confirmation);
  await phone.goto(confirmation);
  await phone.getByLabel('Password').fill(PASSWORD);
  await phone.getByRole('button', { name: 'Confirm my account' }).click();
  await phone.waitForURL((url) => !url.pathname.includes('/account/'));
  await phone.goto(at('security'));
  await heading(phone, 'Password and sign-in');
  await phone.screenshot(picture('security-phone'));

  const desk = await visit(at('sign-in'));
  await desk.screenshot(picture('sign-in-desk'));
  /** Goes on by the keyboard until it is there. */
  const tab = async (name) => {
    const words = [];
    while (words.length < 20 && words.at(-1) !== name) {
      await desk.keyboard.press('Tab');
      words.push(await desk.locator(':focus').evaluate((element) => (element.labels?.[0] ?? element).innerText.trim()));
    }
    expect(words.at(-1) === name, `the keyboard comes to ${words.join(', ')} and not to ${name}`);
  };
  const signIn = async (password) => {
    await tab('E-mail address');
    await desk.keyboard.press('Control+A');
    await desk.keyboard.type(EMAIL);
    await tab('Password');
    await desk.keyboard.type(password);
    await desk.keyboard.press('Enter');
  };
  await signIn(OTHER_PASSWORD);
  await desk.getByRole('alert').waitFor();
  await signIn(PASSWORD);
  await desk.waitForURL((url) => !url.pathname.includes('/account/'));

  await desk.goto(at('forgotten'));
  await tab('E-mail address');
  await desk.keyboard.type(EMAIL);
  await desk.keyboard.press('Enter');
  await heading(desk, 'Look into your mailbox');
  const renewal = await mailed(2);
  await audit(renewal);
  await desk.goto(renewal);
  await tab('New password');
  await desk.keyboard.type(OTHER_PASSWORD);
  await desk.keyboard.press('Enter');
  await desk.waitForURL((url) => !url.pathname.includes('/account/'));
  await phone.goto(at('security'));
  await heading(phone, 'Sign in');
  await desk.goto(at('security'));
  await heading(desk, 'Password and sign-in');
  await desk.screenshot(picture('security-desk'));
  await desk.getByRole('button', { name: 'Sign out', exact: true }).click();
  await heading(desk, 'Sign in');
  await audit(at('link/nonsense'));
});
