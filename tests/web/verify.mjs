// A person reads the mail and answers by the page behind its link, without JavaScript and with the keyboard alone.
// { "pages": ["https://…"], "mails": ["/…/mail.html"], "answer": "https://…", "folder": "/…" }
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { SIZES, journey } from './browser.mjs';

await journey(async ({ visit, audit, expect }, { pages, mails, answer, folder }) => {
  const file = (path) => pathToFileURL(path).href;
  const picture = (name) => ({ path: `${folder}/${name}.png`, fullPage: true });

  for (const url of pages) await audit(url);
  for (const mail of mails) await audit(file(mail));
  for (const [screen, size] of Object.entries(SIZES)) {
    const page = await visit(pages[0], { size });
    await page.screenshot(picture(`page-${screen}`));
    const mail = await visit(file(mails[0]), { size });
    const button = await mail.locator('a.button').boundingBox();
    expect(button.width > 100 && button.height >= 44, `on a ${screen} the mail has no button that a thumb can press`);
    await mail.screenshot(picture(`mail-${screen}`));
  }

  const page = await visit(answer, { size: SIZES.phone });
  /** Goes on by the keyboard, to the next stop or to one of the next few. */
  const tab = async (name, stops = 1) => {
    const words = [];
    while (words.length < stops && words.at(-1) !== name) {
      await page.keyboard.press('Tab');
      const focused = page.locator(':focus');
      words.push(await focused.evaluate((element) => (element.labels?.[0] ?? element).innerText.trim()));
    }
    expect(words.at(-1) === name, `the keyboard comes to ${words.join(', ')} and not to ${name}`);
  };
  const enter = async (text) => {
    await page.keyboard.press('Control+A');
    await page.keyboard.type(text);
    await page.keyboard.press('Enter');
  };
  /** A page that an answer led to has no address of its own: a copy is looked at. */
  const auditThis = async (name) => {
    const copy = `${folder}/${name}.html`;
    writeFileSync(copy, (await page.content()).replace('<head>', `<head><base href="${page.url()}">`));
    await audit(file(copy));
  };

  await tab('Yes, all right');
  await tab('Something is wrong or out of date');
  await page.keyboard.press('Enter');
  await tab('Name');
  await tab('Shoe size', 5);
  await enter('large');
  await page.getByRole('alert').waitFor();
  const wrong = page.locator('[aria-invalid=true]');
  const tied = await wrong.getAttribute('aria-describedby');
  expect(await page.locator(`#${tied}`).innerText() === 'Please enter a number.', 'the field is tied to what is wrong with it');
  await auditThis('mistake');
  await page.screenshot(picture('page-mistake'));
  await wrong.focus();
  await enter('41');
  await page.getByRole('heading', { name: 'Thank you, your data is corrected' }).waitFor();
  await auditThis('thanks');
  await page.goto(answer);
  await page.getByRole('heading', { name: 'You have already answered' }).waitFor();
  await audit(answer);
});
