import { expect, test } from './fixtures';
import { textProblems } from './support/textLayout';

test('KVM: an spte in focus is read bit by bit, its page by role, its frame by reverse map', async ({
  app,
}) => {
  await app.withoutMotion();
  await app.open();
  await app.library.choose('A level-1 table goes unsync');
  await expect(app.page.getByText('KVM · profile linux-6.1')).toBeVisible();
  await app.transport.toEnd();
  await app.stage.choose(app.stage.entry('shadow', '103', 's304'));
  const { chosen } = app.details;
  await expect(chosen.getByRole('heading', { level: 2 })).toHaveText('s304 shadow page 61/l1/w-x');
  const entry = chosen.getByRole('region', { name: 'Entry' });
  await expect(entry.getByRole('row', { name: /^10 MMU-writable 1/ })).toBeVisible();
  await expect(entry).toContainText('Host, MMU, W = 1, 1, 1: writable.');
  await expect(chosen.getByRole('region', { name: 'Role' })).toContainText('w-x');
  await entry.getByRole('button', { name: '0x103' }).click();
  await app.idle();
  await expect(chosen).toContainText('Bit 0 clear: the head word is the pointer to the only spte.');
  await expect(chosen.getByRole('region', { name: 'Shadow pages' })).toContainText('l1/wux');
});

test('KVM: the last fault is decoded, with the row of the decision table; the trace leads to its moments', async ({
  app,
}) => {
  await app.withoutMotion();
  await app.open();
  await app.library.choose('The first write sets the dirty bit');
  await app.transport.toEnd();
  await app.details.show('vCPUs');
  const vcpu = app.page.getByRole('region', { name: 'vCPU 0', exact: true });
  await expect(vcpu).toContainText('0x7: P|W|U');
  await expect(vcpu).toContainText('Row 7: dirty-bit emulation');
  await app.details.show('Trace');
  await app.page.getByRole('button', { name: /kvm_mmu_set_dirty_bit.*gpa 103000/ }).click();
  await app.idle();
  expect(await app.moment.words()).toMatch(/marks the guest's entry as dirty/);
});

test('KVM: its books are drawn without clipped or overlapping text, wide and narrow', {
  tag: '@long',
}, async ({ app }) => {
  await app.withoutMotion();
  await app.open();
  await app.library.choose('A device behind an address');
  await app.transport.toEnd();
  await app.stage.choose(app.stage.entry('shadow', '001', 's304'));
  for (const size of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    await app.page.setViewportSize(size);
    for (const name of ['Now', 'vCPUs', 'Pages', 'Memory', 'Trace'] as const) {
      await app.details.show(name);
      expect(await textProblems(app.page), `${name} at ${size.width}`).toEqual([]);
    }
  }
});
