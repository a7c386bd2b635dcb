import express, { type Router } from 'express';
import { MissingFileError } from '../packages/own-files.js';
import { systemClock, type Clock } from '../resilience/index.js';
import { CONTROL, type SpeechControl, type Steered } from '../speech/control.js';
import type { Middleware } from '../speech/middleware.js';
import type { Authorize } from './admin-request.js';
import { AttemptHistory } from './attempt-history.js';
import { createGuard } from './authorize.js';
import { createReadConfig, createSaveConfig, createUndo, type OnChanged } from './config-routes.js';
import { HealthHistory } from './history/health-history.js';
import { nameOf, type Identify } from './identify.js';
import { LiveEvents } from './live-events.js';
import { readPageFiles, type PageFile } from './page-files.js';
import { createPageHeaders } from './page-headers.js';
import { adminProblem, answer, createErrorReply } from './reply.js';
import { createSameSiteCheck } from './same-site.js';
import { createTry, createVerify } from './trial-routes.js';
import { TrialLimiter } from './trials.js';

export type { Authorize, Identify };

/** Largest configuration that can be saved: certificates included, a few dozen kilobytes. */
const BODY_LIMIT = '256kb';

/** The options of `speechAdmin()`. */
export interface SpeechAdminOptions {
  /** Asked before every reply, files and events included: true, or a promise of it, lets the request through. There is no default. */
  readonly authorize: Authorize;
  /**
   * Value of `WWW-Authenticate` for those who are refused, such as `Basic realm="speech"`: they get 401 with it, and a browser asks
   * for a password. Without it they get 403.
   */
  readonly challenge?: string | undefined;
  /**
   * Names who sends a request, such as by `request.session.user.name`: the list of what happened says then who has changed the
   * configuration. It has 64 letters at the most. Without it the list says that it was done on the page.
   */
  readonly identify?: Identify | undefined;
}

/** Refuses to make an admin page that could not be right. */
export class SpeechAdminError extends TypeError {
  /** Tells it from other errors in logs. */
  override readonly name = 'SpeechAdminError';
  /** What is wrong: there is no `authorize`, an option is none, or the first argument is no speech router. */
  readonly code: 'ERR_SPEECH_ADMIN_AUTHORIZE' | 'ERR_SPEECH_ADMIN_OPTIONS' | 'ERR_SPEECH_ADMIN_ROUTER';

  constructor(code: SpeechAdminError['code'], message: string) {
    super(`speechAdmin: ${message}`);
    this.code = code;
  }
}

/**
 * Makes an Express router with a page, and its JSON API, to see and steer a speech router.
 *
 * @example
 * ```ts
 * app.use('/v1', speech);
 * app.use('/speech-admin', speechAdmin(speech, { authorize: (request) => request.session.user?.isAdmin === true }));
 * ```
 *
 * @throws {SpeechAdminError} without a function `authorize`, or for anything but a speech router
 */
export function speechAdmin(speech: Steered, options: SpeechAdminOptions): Middleware {
  const checked = checkOptions(options);
  return createAdminRouter(controlOf(speech), { ...checked, clock: systemClock });
}

/** Joins the parts, readable from top to bottom: what stands first is asked first. */
export function createAdminRouter(
  control: SpeechControl,
  { authorize, challenge, identify, clock }: SpeechAdminOptions & { readonly clock: Clock },
): Middleware {
  const history = new AttemptHistory();
  const health = new HealthHistory(control, clock);
  const onChanged: OnChanged = (request, revision) => {
    const name = nameOf(request, identify);
    if (name !== undefined) health.attribute(revision, name);
  };
  const live = new LiveEvents(control, history, clock);
  const trials = new TrialLimiter(clock, control.closed);

  const router = express.Router();
  router.use(createPageHeaders());
  router.use(createGuard(authorize, challenge, clock));

  for (const { path, contentType, body } of pageFiles(router, control)) {
    router.get(
      path === 'index.html' ? '/' : `/${path}`,
      answer((request, response) => {
        if (path === 'index.html' && !isDirectory(request.originalUrl)) {
          // The page names its files relative to itself. So does this, for a proxy may know the mount by another path.
          response.redirect(308, `./${directoryName(request.originalUrl)}/`);
          return;
        }
        response.setHeader('Content-Type', contentType);
        response.send(body);
      }),
    );
  }

  router.use('/api', createSameSiteCheck());
  router.use('/api', express.json({ limit: BODY_LIMIT }));
  router.get(
    '/api/status',
    answer((_request, response) => {
      const status = control.status();
      response.json({ ...status, history: history.read(status.providers.map(({ name }) => name)) });
    }),
  );
  router.get('/api/config', createReadConfig(control));
  router.get(
    '/api/schema',
    answer((_request, response) => {
      response.json(control.schema());
    }),
  );
  router.get(
    '/api/history',
    answer((_request, response) => {
      response.json(health.read(control.status().providers.map(({ name }) => name)));
    }),
  );
  router.get(
    '/api/voices',
    answer((_request, response) => {
      response.json({ voices: control.voices() });
    }),
  );
  router.put('/api/config', createSaveConfig(control, onChanged));
  router.post('/api/undo', createUndo(control, onChanged));
  router.post('/api/verify', createVerify(control, trials));
  router.post('/api/try', createTry(control, trials));
  router.get(
    '/api/events',
    answer((_request, response) => {
      live.open(response);
    }),
  );

  router.use(createErrorReply());
  return router;
}

/** Reads the page's files; in a bundle without them the API alone is there, and the page says what to do. */
function pageFiles(router: Router, { logger }: SpeechControl): readonly PageFile[] {
  try {
    return readPageFiles();
  } catch (error) {
    if (!(error instanceof MissingFileError)) throw error;
    const { message } = error;
    logger.warn({ event: 'setup' }, `the admin page cannot be shown: ${message}`);
    router.get('/', (_request, _response, next) => {
      next(adminProblem('page_missing', message));
    });
    return [];
  }
}

function checkOptions(options: unknown): SpeechAdminOptions {
  const given = Object(options) as Record<string, unknown>;
  const { authorize, challenge, identify, ...rest } = given;
  if (typeof authorize !== 'function') {
    const message = 'give a function `authorize` that says who may see the page; there is none by default';
    throw new SpeechAdminError('ERR_SPEECH_ADMIN_AUTHORIZE', message);
  }
  if (challenge !== undefined && (typeof challenge !== 'string' || !/^[\x20-\x7e]+$/.test(challenge))) {
    throw new SpeechAdminError('ERR_SPEECH_ADMIN_OPTIONS', '`challenge` is the value of WWW-Authenticate');
  }
  if (identify !== undefined && typeof identify !== 'function') {
    throw new SpeechAdminError('ERR_SPEECH_ADMIN_OPTIONS', '`identify` is a function that names who sends a request');
  }
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    const message = `unknown key "${unknown}"; the keys are authorize, challenge, identify`;
    throw new SpeechAdminError('ERR_SPEECH_ADMIN_OPTIONS', message);
  }
  return { authorize: authorize as Authorize, challenge, identify: identify as Identify | undefined };
}

function controlOf(speech: unknown): SpeechControl {
  const control = (Object(speech) as Partial<Steered>)[CONTROL];
  if (control === undefined) {
    throw new SpeechAdminError('ERR_SPEECH_ADMIN_ROUTER', 'the first argument is what speechRouter() returned');
  }
  return control;
}

function isDirectory(url: string): boolean {
  return pathOf(url).endsWith('/');
}

function directoryName(url: string): string {
  return pathOf(url).split('/').at(-1) ?? '';
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}
