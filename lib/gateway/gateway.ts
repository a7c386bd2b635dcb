import cors from 'cors';
import express, { type Express, type Request } from 'express';
import { speechAdmin } from '../admin/speech-admin.js';
import type { GatewaySettings } from '../config/gateway-options.js';
import { requestIdOf, setRequestId } from '../http/request-id.js';
import { SpeechOptionsError } from '../options/options-error.js';
import { requireOptional } from '../packages/optional-package.js';
import { systemClock } from '../resilience/index.js';
import { speechRouter, type SpeechRouter } from '../router.js';
import type { SpeechLogger } from '../speech/provider.js';
import { adminLogin } from './admin-login.js';
import { requireApiKey } from './api-keys.js';
import { limitLogins, limitRequests, limitText } from './client-limits.js';
import { errorReply, notFound } from './error-reply.js';
import { createHealth, createReady, type Readiness } from './health-routes.js';
import { createModelsList } from './models-route.js';
import type { Settings } from './read-settings.js';

/** Headers that a page of another origin may read. */
const EXPOSED = ['Provider', 'Degraded', 'Cache', 'Warning'].map((name) => `X-Speech-${name}`);

const LISTS = ['/v1/audio/voices', '/v1/audio/models'];

/** Bytes of the largest body, where the options do not say; the router's own default. */
const USUAL_BODY_LIMIT = 64 * 1024;

/** As far as prom-client is used here. */
interface PromClient {
  readonly Registry: new () => { readonly contentType: string; metrics(): Promise<string> };
  collectDefaultMetrics(options: { readonly register: unknown }): void;
}

export interface GatewayParts {
  readonly app: Express;
  readonly speech: SpeechRouter;
}

/**
 * Makes an application that only speaks: the router, behind keys and limits, with its admin page, its metrics and what an orchestrator
 * asks for.
 *
 * @throws {SpeechOptionsError} when the settings cannot be used, with every problem at once
 */
export function createGateway(
  { gateway, speech: options }: Settings,
  { logger, readiness }: { readonly logger: SpeechLogger; readonly readiness: () => Readiness },
): GatewayParts {
  const app = express();
  app.disable('x-powered-by');
  trustProxy(app, gateway.trustProxy);

  const prometheus = gateway.metrics ? (requireOptional('prom-client') as PromClient | undefined) : undefined;
  const register = prometheus && new prometheus.Registry();
  const speech = speechRouter({ ...options, logger, ...(register && { metrics: { register: register as never } }) });

  app.use((request, response, next) => {
    response.set('X-Content-Type-Options', 'nosniff');
    setRequestId(response, requestIdOf(request, response));
    next();
  });
  app.get('/health', createHealth(speech));
  app.get('/ready', createReady(readiness));
  if (gateway.adminPassword !== undefined) {
    const admin = { authorize: adminLogin(gateway.adminPassword), challenge: 'Basic realm="express-speech"' };
    app.use('/admin', limitLogins(), speechAdmin(speech, admin));
  }
  if (gateway.corsOrigins.length > 0) {
    const origin = gateway.corsOrigins.includes('*') ? '*' : gateway.corsOrigins;
    app.use(cors({ origin, exposedHeaders: [...EXPOSED, 'X-Request-Id', 'Server-Timing'], maxAge: 600 }));
  }
  if (gateway.apiKeys.length > 0) {
    const isPublic = (request: Request): boolean => gateway.publicLists && isList(request);
    app.use(requireApiKey(gateway.apiKeys, { isPublic, onRefused: hintAtLists(logger) }));
  }
  if (register !== undefined) {
    prometheus?.collectDefaultMetrics({ register });
    app.get('/metrics', (_request, response, next) => {
      register.metrics().then((text) => response.type(register.contentType).send(text), next);
    });
  }
  app.get('/v1/models', createModelsList(speech));
  const { rateLimit } = gateway;
  if (rateLimit.requests > 0) app.use('/v1/audio/speech', limitRequests(rateLimit));
  if (rateLimit.bytes > 0) {
    app.use('/v1/audio/speech', limitText(rateLimit, options.bodyLimit ?? USUAL_BODY_LIMIT, systemClock));
  }
  app.use('/v1', speech);
  app.use(notFound, errorReply);
  return { app, speech };
}

/** Says whether a request is for names that are in memory: it costs nothing, and tells nothing but what can be asked for. */
function isList({ method, path }: Request): boolean {
  return method === 'GET' && LISTS.includes(path);
}

/** Says once why a chat UI does not show the voices that there are. */
function hintAtLists(logger: SpeechLogger): (request: Request) => void {
  let isSaid = false;
  return (request) => {
    if (isSaid || request.headers.authorization !== undefined || !isList(request)) return;
    isSaid = true;
    logger.warn(
      { event: 'setup' },
      'somebody asks for the voices without a key, as Open WebUI does; PUBLIC_LISTS=true lets it have them',
    );
  };
}

function trustProxy(app: Express, proxies: GatewaySettings['trustProxy']): void {
  try {
    app.set('trust proxy', proxies);
  } catch {
    const message = 'expected true or false, a number of proxies, or their addresses, such as "loopback, 10.0.0.0/8"';
    throw new SpeechOptionsError([{ path: 'gateway.trustProxy', message }]);
  }
}
