import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import express, { type Express } from 'express';
import { makeFolder } from '../folder.js';
import { askOverHttp, type Host, type HostKind } from './host.js';

interface NginxOptions {
  readonly upstream: 'TCP' | 'a unix socket';
  /** Which it speaks to the application. */
  readonly version: '1.0' | '1.1';
}

/** Starts an application, and a real nginx before it, which is asked over a unix socket: that needs no free port. */
async function startNginx(mount: (app: Express) => void, { upstream, version }: NginxOptions): Promise<Host> {
  const folder = makeFolder();
  const app = express();
  mount(app);
  const server = createServer(app);
  if (upstream === 'TCP') server.listen(0, '127.0.0.1');
  else server.listen(folder.path('app.sock'));
  await once(server, 'listening');
  const address =
    upstream === 'TCP'
      ? `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
      : `http://unix:${folder.path('app.sock')}:`;
  const socketPath = folder.path('nginx.sock');
  writeFileSync(folder.path('nginx.conf'), configuration(folder.path(''), socketPath, address, version));
  const child = spawn('nginx', ['-c', folder.path('nginx.conf'), '-p', folder.path(''), '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  // Its file is there as soon as nginx has bound the socket, which is before it listens.
  while (!(await answers(socketPath))) {
    if (child.exitCode !== null) throw new Error(`nginx did not start: ${said}`);
    await setTimeout(20);
  }
  return {
    ask: (request) => askOverHttp({ socketPath }, request),
    async close() {
      child.kill();
      if (child.exitCode === null) await once(child, 'exit');
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      folder.remove();
    },
  };
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** As little as can be: what is not said is nginx's default, its buffering and its version of HTTP among it. */
function configuration(folder: string, socket: string, upstream: string, version: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  return `
    daemon off;
    master_process off;
    pid ${folder}/nginx.pid;
    error_log stderr error;
    events {}
    http {
      access_log off;
      ${temporary.join('\n')}
      server {
        listen unix:${socket};
        location / {
          proxy_pass ${upstream};
          proxy_http_version ${version};
        }
      }
    }`;
}

export const NGINX_HOSTS: readonly HostKind[] = (['TCP', 'a unix socket'] as const).flatMap((upstream) =>
  (['1.0', '1.1'] as const).map((version) => ({
    name: `nginx with HTTP/${version} over ${upstream}`,
    needs: ['nginx'],
    canLeave: true,
    start: (mount: (app: Express) => void) => startNginx(mount, { upstream, version }),
  })),
);
