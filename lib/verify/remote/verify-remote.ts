import { RemoteClient } from '../../providers/remote/client.js';
import { readModels } from '../../providers/remote/lists.js';
import { createRemoteProvider, type RemoteOptions } from '../../providers/remote/provider.js';
import { SpeechError } from '../../speech/error.js';
import type { SpeechProvider } from '../../speech/provider.js';
import type { Verification } from '../../speech/verification.js';
import { checkModels, checkVoices } from '../check-names.js';
import { speakOnce, type Spoken } from '../speak-once.js';
import { runVerification, type Found, type VerificationRun, type VerificationRunOptions } from '../verification-run.js';
import { connectionHint, isCertificateProblem, otherSchemeHint } from './connection-hints.js';
import { diagnoseApi } from './diagnose-api.js';
import { HeardSounds } from './heard-sound.js';
import { lateList, refusalOf, type MissingList } from './missing-list.js';
import { probeConnection, type Reply, type Unreached } from './probe-connection.js';
import { answersOverOtherScheme } from './probe-elsewhere.js';
import { trySpeaking, type SpeakingTrial } from './try-speaking.js';
import { unusedProxy } from './unused-proxy.js';

/** Tries a server step by step, over connections of its own that are closed when it returns. */
export function verifyRemote(options: RemoteOptions, trialOptions: VerificationRunOptions): Promise<Verification> {
  return runVerification(trialOptions, async (trial) => {
    const client = new RemoteClient(options);
    const heard = new HeardSounds();
    // Without a converter: what the server makes itself is to be found out.
    const provider = createRemoteProvider(options, { onReceived: heard.add });
    try {
      const reply = await probeConnection(trial, client, '/models');
      const proxy = unusedProxy(options.baseUrl, process.env);
      const speaking = { provider, heard, options };
      if ('error' in reply) {
        const late = lateList(reply, options);
        if (late !== undefined) return await judgeWithoutList(trial, speaking, late);
        const hint = await unreachedHint(trial, reply, options);
        trial.fail(reply.step, reply.error.code, proxy === undefined ? hint : `${hint}; ${onlyByProxy(proxy)}`);
        return {};
      }
      if (proxy !== undefined) trial.note('address', directly(proxy));
      return await judge(trial, reply, speaking);
    } finally {
      await provider.close?.();
      client.close();
    }
  });
}

function onlyByProxy(variable: string): string {
  return `or it can be reached only by the proxy in ${variable}, which is not used: have "baseUrl" name what forwards to the server`;
}

function directly(variable: string): string {
  return `it was reached directly, and not by the proxy in ${variable}, which is not used`;
}

async function unreachedHint(trial: VerificationRun, unreached: Unreached, options: RemoteOptions): Promise<string> {
  const { step, error } = unreached;
  const hint = connectionHint(unreached, options);
  const isGarbled =
    step === 'tls' ? !isCertificateProblem(error) : step === 'http' && /^(bad_resp|reset|trunc)/.test(error.code);
  const isOther = isGarbled && (await answersOverOtherScheme(options, trial.signal));
  return isOther ? otherSchemeHint(options) : hint;
}

/** Goes on from the server's first answer, which was to be its list of models. */
async function judge(trial: VerificationRun, reply: Reply, speaking: SpeakingTrial): Promise<Found> {
  const { status } = reply;
  const { provider, options } = speaking;
  const refusal = refusalOf(reply, options);
  if (refusal !== undefined) return judgeWithoutList(trial, speaking, refusal);
  let models = modelsIn(reply);
  let first: Spoken | SpeechError | undefined;
  if (models === undefined && status !== 429 && status < 500) {
    models = await otherModels(trial, provider);
    if (models === undefined) {
      // Some servers have no list of any kind. What one is worth shows when it speaks.
      first = await speakOnce(provider, options.formats[0] ?? 'mp3', trial.signal);
      const problem = await diagnoseApi(trial, first, status, options);
      if (problem !== undefined) {
        trial.fail('http', problem.code, problem.hint);
        return {};
      }
    }
  }
  trial.pass('http');
  trial.pass('auth');
  return hear(trial, { ...speaking, first }, models);
}

/** Has a server that gave no list speak: a list may be refused, lie elsewhere or take long where speech does not. */
async function judgeWithoutList(
  trial: VerificationRun,
  speaking: SpeakingTrial,
  { step, code, isSame, hint, excuse }: MissingList,
): Promise<Found> {
  const { provider, options } = speaking;
  const first = await speakOnce(provider, options.formats[0] ?? 'mp3', trial.signal);
  const isRefused = SpeechError.is(first) && isSame(trial.explain(first).code);
  if (step === 'auth') trial.pass('http');
  if (isRefused) {
    trial.fail(step, code, hint);
    return {};
  }
  trial.pass(step, excuse);
  if (step === 'http') trial.pass('auth');
  return hear(trial, { ...speaking, first }, undefined);
}

/** Looks at what is listed, and has the server speak in all formats. */
async function hear(
  trial: VerificationRun,
  speaking: SpeakingTrial,
  models: readonly string[] | undefined,
): Promise<Found> {
  checkModels(trial, models, speaking.options);
  const voices = await voicesOf(trial, speaking.provider);
  checkVoices(trial, voices, speaking.options);
  const spoken = await trySpeaking(trial, speaking);
  return { ...spoken, ...(models === undefined ? {} : { models }), ...(voices === undefined ? {} : { voices }) };
}

/** Reads the list of models out of a reply that is one. */
function modelsIn({ status, body }: Reply): readonly string[] | undefined {
  if (status !== 200) return undefined;
  try {
    const parsed: unknown = JSON.parse(body);
    const isList =
      typeof parsed === 'object' &&
      parsed !== null &&
      (Array.isArray(parsed) || 'data' in parsed || 'models' in parsed);
    return isList ? readModels(parsed).map(({ id }) => id) : undefined;
  } catch {
    return undefined;
  }
}

async function otherModels(trial: VerificationRun, provider: SpeechProvider): Promise<readonly string[] | undefined> {
  const models = await provider.models?.({ signal: trial.signal }).catch(() => undefined);
  return models === undefined || models.length === 0 ? undefined : models.map(({ id }) => id);
}

async function voicesOf(trial: VerificationRun, provider: SpeechProvider): Promise<readonly string[] | undefined> {
  const voices = await provider.voices?.({ signal: trial.signal }).catch(() => undefined);
  return voices?.map(({ id }) => id);
}
