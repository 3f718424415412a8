import { type ReactNode, useId } from 'react';
import { figure } from '../../base';
import type { Design } from '../../hypervisor';
import {
  LAB_DESIGNS,
  type LabConfig,
  LIMITS,
  PAGINGS,
  plainSwitches,
  switchesOf,
  TLB_SIZES,
  usualValues,
  withUnit,
  workloads,
} from '../../lab';
import { Slider } from '../../ui/Slider';
import { Switch } from '../../ui/Switch';

interface SetupProps {
  readonly letter: 'A' | 'B';
  readonly config: LabConfig;
  readonly designs: readonly Design[];
  readonly onChange: (config: LabConfig) => void;
  /** Buttons beside the heading. */
  readonly children?: ReactNode;
}

const FRAMES = [512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536];
const LENGTHS = [10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

const PAGING_TEXTS: Readonly<Record<LabConfig['paging'], string>> = {
  'x86-64': 'x86-64, 4 levels',
  pae: 'PAE, 3 levels',
  '32-bit': '32-bit, 2 levels',
};

const memoryText = (frames: number): string => `${figure(frames / 256)} MiB`;

/** Everything that a run is made of, as controls. */
export function Setup({ letter, config, designs, onChange, children }: SetupProps) {
  const workload = workloads.get(config.workload);
  const design = designs.find(({ name }) => name === config.design);
  const profile = design?.profiles.find(({ name }) => name === config.profile) ?? design?.profiles[0];
  const change = (part: Partial<LabConfig>): void => onChange(plainSwitches({ ...config, ...part }));
  return (
    <section className="lab-setup" aria-label={`Run ${letter}`}>
      <div className="lab-setup-head">
        <h2>
          <span className={`lab-letter is-${letter}`}>{letter}</span> Run {letter}
        </h2>
        {children}
      </div>
      <Choice
        label="Workload"
        value={config.workload}
        options={[...workloads.values()].map(({ name, title }) => ({ value: name, text: title }))}
        onChange={(name) => change({ workload: name, values: usualValues(name) })}
      />
      <p className="lab-says">{workload?.says}</p>
      <Choice
        label="Design"
        value={config.design}
        options={LAB_DESIGNS.map((name) => ({
          value: name,
          text: designs.find((one) => one.name === name)?.title ?? name,
        }))}
        onChange={(name) => change({ design: name, profile: '', switches: {} })}
      />
      {design !== undefined && design.profiles.length > 0 && (
        <Choice
          label="Profile"
          value={config.profile === '' ? (design.profiles[0]?.name ?? '') : config.profile}
          options={design.profiles.map(({ name }) => ({ value: name, text: name }))}
          onChange={(name) =>
            change({ profile: name === design.profiles[0]?.name ? '' : name, switches: {} })
          }
        />
      )}
      {profile !== undefined && <p className="lab-says">{profile.says}</p>}
      {design !== undefined && design.switches.length > 0 && (
        <Switches config={config} design={design} onChange={(switches) => change({ switches })} />
      )}
      <h3>What the guest does</h3>
      {workload?.parameters.map((parameter) => (
        <Slider
          key={parameter.name}
          label={parameter.label}
          min={parameter.min}
          max={parameter.max}
          step={parameter.step}
          value={config.values[parameter.name] ?? parameter.usual}
          text={withUnit(parameter, config.values[parameter.name] ?? parameter.usual)}
          tip={parameter.says}
          onChange={(value) => change({ values: { ...config.values, [parameter.name]: value } })}
        />
      ))}
      <h3>Machine and length</h3>
      <Choice
        label="Paging"
        value={config.paging}
        options={PAGINGS.map((name) => ({
          value: name,
          text: PAGING_TEXTS[name],
        }))}
        onChange={(name) => change({ paging: PAGINGS.find((one) => one === name) ?? 'x86-64' })}
      />
      <Slider
        label="vCPUs"
        min={LIMITS.vcpus.min}
        max={LIMITS.vcpus.max}
        value={config.vcpus}
        text={String(config.vcpus)}
        tip="Each runs a guest of its own; chance, by the seed, decides who goes on, also in the middle of a fault."
        onChange={(vcpus) => change({ vcpus })}
      />
      <Steps
        label="Memory"
        steps={FRAMES}
        value={config.frames}
        text={memoryText}
        tip="Guest memory, all of it in the kernel's direct map by 4 KiB pages."
        onChange={(frames) => change({ frames })}
      />
      <Steps
        label="TLB entries"
        steps={TLB_SIZES}
        value={config.tlb}
        text={(entries) => (entries === 0 ? 'none' : figure(entries))}
        tip="Entries of each vCPU's TLB, in sets of four ways."
        onChange={(tlb) => change({ tlb })}
      />
      <Steps
        label="Accesses in all"
        steps={LENGTHS}
        value={config.accesses}
        text={figure}
        tip="Loads, stores and fetches of the guest, its kernel's included."
        onChange={(accesses) => change({ accesses })}
      />
      <Seed value={config.seed} onChange={(seed) => change({ seed })} />
    </section>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly text: string }[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <div className="lab-choice">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </div>
  );
}

interface StepsProps {
  readonly label: string;
  readonly steps: readonly number[];
  readonly value: number;
  readonly text: (value: number) => string;
  readonly tip: string;
  readonly onChange: (value: number) => void;
}

/** A slider over given values; a value between them, as an address may have it, stands at the nearest. */
function Steps({ label, steps, value, text, tip, onChange }: StepsProps) {
  const at = steps.reduce(
    (best, step, i) => (Math.abs(step - value) < Math.abs((steps[best] ?? 0) - value) ? i : best),
    0,
  );
  return (
    <Slider
      label={label}
      min={0}
      max={steps.length - 1}
      value={at}
      text={text(value)}
      tip={tip}
      onChange={(place) => onChange(steps[place] ?? value)}
    />
  );
}

function Seed({ value, onChange }: { readonly value: number; readonly onChange: (seed: number) => void }) {
  const id = useId();
  return (
    <div className="lab-choice">
      <label htmlFor={id} data-tip="The same seed gives the same guest, operation by operation.">
        Seed
      </label>
      <input
        id={id}
        type="number"
        min={LIMITS.seed.min}
        max={LIMITS.seed.max}
        value={value}
        onChange={(event) => {
          const seed = Math.floor(event.target.valueAsNumber);
          if (seed >= LIMITS.seed.min && seed <= LIMITS.seed.max) onChange(seed);
        }}
      />
    </div>
  );
}

interface SwitchesProps {
  readonly config: LabConfig;
  readonly design: Design;
  readonly onChange: (switches: Readonly<Record<string, boolean>>) => void;
}

function Switches({ config, design, onChange }: SwitchesProps) {
  const profile = config.profile === '' ? (design.profiles[0]?.name ?? '') : config.profile;
  const now = { ...switchesOf(design, config.profile), ...config.switches };
  const shown = design.switches.filter(({ profiles }) => profiles?.includes(profile) ?? true);
  const changed = Object.keys(config.switches).length;
  return (
    <details className="lab-switches">
      <summary>Switches{changed === 0 ? '' : ` (${changed} changed)`}</summary>
      {shown.map(({ name, label, says }) => (
        <Switch
          key={name}
          label={label}
          says={says}
          on={now[name] ?? false}
          onChange={(on) => onChange({ ...config.switches, [name]: on })}
        />
      ))}
    </details>
  );
}
