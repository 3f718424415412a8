import { deflateSync } from 'fflate';
import { expect, test } from './fixtures';

/** A payload as the page reads it (checksum, length, deflated bytes), of 30 MB that deflate to 30 kB. */
function bomb(): string {
  const packed = deflateSync(new Uint8Array(30_000_000));
  const sealed = Buffer.alloc(6 + packed.length);
  sealed.writeUInt16BE(packed.length, 4);
  sealed.set(packed, 6);
  return sealed.toString('base64url');
}

/** What can be wrong with a link: how to make it so from a good one, and what the page must say. */
const BAD: readonly {
  readonly kind: string;
  readonly make: (good: string) => string;
  readonly says: RegExp;
}[] = [
  {
    kind: 'damaged',
    make: (good) => `${good.slice(0, 40)}${good[40] === 'A' ? 'B' : 'A'}${good.slice(41)}`,
    says: /The link is damaged: found .+\. Expected .+\. Copy the whole link again/,
  },
  {
    kind: 'truncated',
    make: (good) => good.slice(0, -20),
    says: /The link is truncated: found .+\. Expected .+\. Copy the whole link again/,
  },
  {
    kind: 'oversized, encoded',
    make: () => `#/1/${'A'.repeat(70_000)}`,
    says: /The link is oversized: found .+\. Expected .+\./,
  },
  {
    kind: 'oversized, inflated',
    make: () => `#/1/${bomb()}`,
    says: /The link is oversized: found .+\. Expected .+\./,
  },
  {
    kind: 'foreign',
    make: () => '#section-2',
    says: /The link is foreign: found `#section-2`.+\. Expected .+\./,
  },
  {
    kind: 'newer',
    make: (good) => good.replace('#/1/', '#/9/'),
    says: /The link was made by a newer version: found version 9\. Expected at most 1.+Reload the page/,
  },
];

for (const { kind, make, says } of BAD) {
  test(`a link that is ${kind} opens the default scenario and says what is wrong`, async ({ app }) => {
    await app.withoutMotion();
    await app.open();
    const title = (await app.title.textContent()) ?? '';
    const hash = await app.hash();
    // A link that the page itself makes, to a moment of the default scenario.
    await app.transport.forward();
    const good = await app.share.fragment();
    await app.open(make(good));
    await expect(app.messages.wrong(says)).toBeVisible();
    await expect(app.messages.wrong('The default scenario is on stage instead.')).toBeVisible();
    await expect(app.title).toHaveText(title);
    expect(await app.hash()).toBe(hash);
    // It is the page as ever: nothing is stuck.
    await app.transport.forward();
    expect(await app.moment.step()).toBeGreaterThan(0);
  });
}
