import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import type { Authorize } from '../../lib/admin/admin-request.js';
import { createGuard } from '../../lib/admin/authorize.js';
import { createErrorReply } from '../../lib/admin/reply.js';
import { FakeClock } from '../support/fake-clock.js';
import { rejection, raise } from '../support/hostile-providers.js';
import { askRaw, type RawReply } from '../support/raw-reply.js';
import { unhandledRejections } from '../support/unhandled.js';

describe('the guard of the admin page', () => {
  /** Asks an application whose page is behind the guard, and moves the time on once somebody waits. */
  async function ask(authorize: unknown, challenge?: string): Promise<RawReply> {
    const clock = new FakeClock();
    const app = express();
    app.use(createGuard(authorize as Authorize, challenge, clock));
    app.get('/', (_request, response) => {
      response.send('the page');
    });
    app.use(createErrorReply());
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      const reply = askRaw(`http://127.0.0.1:${String(port)}/`, {});
      await once(server, 'request');
      await clock.advance(10_000);
      return await reply;
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  const yes: [string, Authorize][] = [
    ['true', () => true],
    ['a promise of it', () => Promise.resolve(true)],
    [
      'what looks like a promise of it',
      () =>
        ({
          then: (done: (answer: boolean) => void) => {
            done(true);
          },
        }) as never,
    ],
  ];
  for (const [what, authorize] of yes) {
    it(`lets in whoever gets ${what}`, async () => {
      expect((await ask(authorize)).body.toString()).to.equal('the page');
    });
  }

  const no: [string, () => unknown][] = [
    ['what never answers', () => new Promise(() => undefined)],
    ['what looks like a promise and never answers', () => ({ then: () => undefined })],
    ['what throws', () => raise(new Error('no database'))],
    ['what throws nothing', () => raise(undefined)],
    ['what rejects', () => rejection('no database')],
    [
      'what throws when it is awaited',
      () => ({
        get then() {
          return raise(new Error('no database'));
        },
      }),
    ],
    ['what rejects when it is too late', () => new Promise((_resolve, reject) => setTimeout(reject, 20))],
    ['the word true', () => 'true'],
    ['1', () => 1],
    ['a list with true in it', () => [true]],
  ];
  for (const [what, authorize] of no) {
    it(`lets nobody in by ${what}, and leaves no rejection behind`, async () => {
      const rejections = await unhandledRejections(async () => {
        expect((await ask(authorize)).status).to.equal(403);
        expect((await ask(authorize, 'Basic realm="a"')).status).to.equal(401);
        await new Promise((resolve) => setTimeout(resolve, 30));
      });
      expect(rejections).to.deep.equal([]);
    });
  }

  it('leaves a reply alone that the check has sent itself', async () => {
    for (const answer of [true, false]) {
      const rejections = await unhandledRejections(async () => {
        const reply = await ask((request: express.Request) => {
          request.res?.redirect('/login');
          return answer;
        }, 'Basic realm="a"');
        expect([reply.status, reply.headers.location, reply.isWhole]).to.deep.equal([302, '/login', true]);
      });
      expect(rejections).to.deep.equal([]);
    }
  });
});
