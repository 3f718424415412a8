import { spawn } from 'node:child_process';

export interface Finished {
  readonly exit: number;
  readonly stdout: string;
  /** Standard output and error, as they came. */
  readonly output: string;
}

interface Options {
  /** Pass the output on while it comes; else it is only kept. */
  readonly live?: boolean;
  /** A command that runs longer is ended with all its children. In milliseconds. */
  readonly limit?: number;
}

/** Far more than anything takes on two free cores: a machine with other work may be slow without being wrong. */
const THIRTY_MINUTES = 1_800_000;
const running = new Set<number>();

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone already, which is what was wanted.
  }
}

// Each command leads a process group of its own, so an interrupt at the keyboard must be handed on.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    running.forEach(endGroup);
    process.exit(130);
  });
}

/** Runs a tool from `node_modules/.bin` (or any other program) to its end. Never rejects: a failure to start is exit 127. */
export function exec(
  program: string,
  args: readonly string[],
  { live = false, limit = THIRTY_MINUTES }: Options = {},
) {
  return new Promise<Finished>((resolve) => {
    const path = `node_modules/.bin:${process.env.PATH ?? ''}`;
    const child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PATH: path, NO_COLOR: '1' },
    });
    let stdout = '';
    let output = '';
    const note = (text: string): void => {
      output += text;
      if (live) process.stdout.write(text);
    };
    const { pid } = child;
    if (pid !== undefined) running.add(pid);
    const timer = setTimeout(() => {
      note(`\n${program} was ended after ${limit / 60_000} minutes.\n`);
      if (pid !== undefined) endGroup(pid);
    }, limit);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      note(text);
    });
    child.stderr.setEncoding('utf8').on('data', note);
    const end = (exit: number): void => {
      clearTimeout(timer);
      if (pid !== undefined) running.delete(pid);
      resolve({ exit, stdout, output });
    };
    child.once('error', (error) => {
      note(`${program} could not be started: ${error.message}\n`);
      end(127);
    });
    child.once('close', (code) => end(code ?? 1));
  });
}
