import { describe, expect, it } from 'vitest';
import { LabRun, labJson, resultOf, usualConfig } from '../lab';
import { runLab } from './labCommand';

describe('npm run lab', () => {
  it('counts what the page counts for the same seed', () => {
    const run = new LabRun({ ...usualConfig('mprotect', 'kvm'), accesses: 20_000 });
    while (!run.advance(777));
    const { code, out } = runLab([
      '--workload',
      'mprotect',
      '--design',
      'kvm',
      '--accesses',
      '20000',
      '--json',
    ]);
    expect(code).toBe(0);
    expect(out).toEqual([labJson(resultOf(run))]);
  });

  it('says what it cannot use', () => {
    expect(runLab(['--workload']).err[0]).toContain('--workload is given nothing');
    expect(runLab(['compile']).err[0]).toContain('There is `compile` where an option is expected');
    expect(runLab(['--frames', '512', '--data', '1024']).err[0]).toContain('used up its');
    expect(runLab(['--paging', 'x32']).err[0]).toContain('Expected one of: x86-64, pae');
  });
});
