import { configure } from '@vendia/serverless-express';
import express, { type Express } from 'express';
import serverless from 'serverless-http';
import type { Host, HostKind, HostReply, HostRequest } from './host.js';

/** What both adapters hand to AWS Lambda. */
interface LambdaReply {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, string[]>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

type Call = (event: object) => Promise<LambdaReply>;

/** The event of API Gateway's HTTP API, version 2. */
function eventOf({ method = 'POST', path = '/v1/audio/speech', body, headers = {} }: HostRequest): object {
  const [rawPath = path, rawQueryString = ''] = path.split('?');
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    headers: { host: 'lambda', ...(body && { 'content-type': 'application/json' }), ...headers },
    requestContext: { http: { method, path: rawPath, sourceIp: '127.0.0.1', protocol: 'HTTP/1.1' }, stage: '$default' },
    ...(body && { body: JSON.stringify(body) }),
    isBase64Encoded: false,
  };
}

function hostOf(call: Call): Host {
  return {
    async ask(request): Promise<HostReply> {
      const { statusCode, headers = {}, multiValueHeaders = {}, body, isBase64Encoded } = await call(eventOf(request));
      const first = Object.entries(multiValueHeaders).map(([name, [value]]) => [name, value] as const);
      return {
        status: statusCode,
        headers: { ...Object.fromEntries(first), ...headers },
        body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
        // Lambda sends what it is given, and nothing of what it is not.
        isWhole: true,
      };
    },
    close: () => Promise.resolve(),
  };
}

function applicationWith(mount: (app: Express) => void): Express {
  const app = express();
  mount(app);
  return app;
}

export const SERVERLESS_HOSTS: readonly HostKind[] = [
  {
    name: 'serverless-http',
    canLeave: false,
    start(mount) {
      const handler = serverless(applicationWith(mount), { binary: ['audio/*'] });
      return Promise.resolve(hostOf((event) => handler(event, {}) as Promise<LambdaReply>));
    },
  },
  {
    name: '@vendia/serverless-express',
    canLeave: false,
    start(mount) {
      const handler: unknown = configure({
        app: applicationWith(mount),
        binarySettings: { contentTypes: ['audio/*'] },
      });
      return Promise.resolve(
        hostOf((event) => (handler as (...given: unknown[]) => Promise<LambdaReply>)(event, {}, null)),
      );
    },
  },
];
