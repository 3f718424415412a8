import { createServer } from 'node:net';

const free = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** The first port from `from` on (a hundred are tried) that nothing listens on at 127.0.0.1. */
export async function freePort(from: number): Promise<number> {
  for (let port = from; port < from + 100; port++) {
    if (await free(port)) return port;
  }
  throw new Error(
    `No free port between ${from} and ${from + 99} on 127.0.0.1. Stop a server or name another start.`,
  );
}
