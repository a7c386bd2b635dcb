import yargs, { type Argv } from 'yargs';
import { didYouMean } from '../options/did-you-mean.js';
import { SpeechOptionsError } from '../options/options-error.js';
import { terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

const COMMANDS = ['serve', 'say', 'voices', 'verify', 'bench', 'completion'];

/** Flags by which a speech server is named, with what an option is called that turns out to be wrong. */
const ENTRY_FLAGS: Readonly<Record<string, string>> = {
  baseUrl: 'the base URL',
  model: '--model',
  voice: '--voice',
  'apiKey.env': '--api-key-env',
  apiKey: '--api-key-env',
  'timeout.firstByte': '--timeout',
};

const STATUSES = 'Exit status: 0 when all went well, 1 when it did not, 2 when the command cannot be understood.';

/** Runs a command and resolves with the exit status. What went wrong is said on standard error. */
export async function runCommandLine(args: readonly string[], version: string): Promise<number> {
  let status = 0;
  const done = (result: number): void => {
    status = result;
  };
  try {
    const [command = '-'] = args;
    if (!command.startsWith('-') && !COMMANDS.includes(command)) {
      throw new UsageError(`unknown command "${command}"${didYouMean(command, COMMANDS)}`);
    }
    await commands(args, version, done).parseAsync();
    return status;
  } catch (error) {
    if (error instanceof SpeechOptionsError) {
      const problems = error.problems.map(({ path, message }) =>
        path === '' ? message : `${ENTRY_FLAGS[path] ?? path}: ${message}`,
      );
      process.stderr.write(`express-speech: ${problems.join('\n')}\n`);
    } else if (error instanceof UsageError) {
      process.stderr.write(`express-speech: ${error.message}\nTry express-speech --help.\n`);
    } else throw error;
    return 2;
  }
}

/** What is said of a server on the command line. A key there could be read by others: its variable is named. */
const SERVER = {
  model: { type: 'string', requiresArg: true, describe: 'the model that is to be used' },
  voice: { type: 'string', requiresArg: true, describe: 'the voice that is to be used' },
  'api-key-env': { type: 'string', requiresArg: true, describe: 'the environment variable that the key is in' },
  json: { type: 'boolean', default: false, describe: 'write the result as JSON' },
} as const;

/** How a command that speaks is told who does: the variables of `serve` count as well. */
const CHAIN = {
  config: { alias: 'c', type: 'string', requiresArg: true, describe: 'a configuration file' },
  'tts-url': { type: 'string', requiresArg: true, describe: 'a speech server; without one this machine speaks' },
  json: { type: 'boolean', default: false, describe: 'write the result as JSON' },
} as const;

// Each command loads what it needs when it is run, so that a word of help is there at once.
function commands(args: readonly string[], version: string, done: (status: number) => void): Argv {
  return (
    yargs([...args])
      .scriptName('express-speech')
      .usage('$0 <command> [options]\n\nText to speech that does not go down with its server.')
      .command(
        'serve',
        'run a gateway: a speech API for chat UIs, with a chain behind it',
        async (options) => {
          const { settingsTable, isOwn } = await import('../gateway/settings-table.js');
          options.option('config', {
            ...CHAIN.config,
            describe: 'a configuration file, read again when it changes [SPEECH_CONFIG]',
          });
          for (const setting of settingsTable()) {
            const { flag, variable, description, kinds } = setting;
            options.option(flag, {
              ...(kinds.length === 1 && kinds[0] === 'boolean'
                ? { type: 'boolean' }
                : { type: 'string', requiresArg: true }),
              describe: `${description} [${variable}]`,
              ...(setting.default === undefined ? {} : { defaultDescription: JSON.stringify(setting.default) }),
              group: isOwn(setting) ? 'The gateway:' : 'Its speech:',
            });
          }
          return options.epilogue('A key on the command line can be read by others on the machine; use the variables.');
        },
        async (flags) => {
          const { serveCommand } = await import('./serve-command.js');
          done(await serveCommand(flags, configOf(flags)));
        },
      )
      .command(
        'say [text]',
        'have a text spoken: into a file, to standard output or aloud',
        (options) =>
          options
            .positional('text', {
              type: 'string',
              describe: 'what is said; without it, what comes in at standard input',
            })
            .options(CHAIN)
            .options({
              output: {
                alias: 'o',
                type: 'string',
                requiresArg: true,
                describe: 'file for the sound; its end says the format',
              },
              format: { type: 'string', requiresArg: true, describe: 'mp3, opus, aac, flac, wav or pcm' },
              voice: { type: 'string', requiresArg: true, describe: 'the voice' },
              model: { type: 'string', requiresArg: true, describe: 'the model' },
              speed: { type: 'number', requiresArg: true, describe: 'from 0.25 to 4' },
            })
            .example('$0 say "Hello" -o hello.mp3', ''),
        async (given) => {
          const [{ sayCommand }, settings] = await Promise.all([import('./say-command.js'), settingsOf(given)]);
          done(await sayCommand(given, settings, terminal()));
        },
      )
      .command(
        'voices',
        'list the voices of the chain',
        (options) => options.options(CHAIN),
        async (given) => {
          const [{ voicesCommand }, settings] = await Promise.all([import('./voices-command.js'), settingsOf(given)]);
          done(await voicesCommand(given, settings, terminal()));
        },
      )
      .command(
        'verify [url]',
        'try a speech server step by step, and say what to do where it does not speak',
        (options) =>
          options
            .positional('url', { type: 'string', describe: 'its base URL' })
            .options(SERVER)
            .option('timeout', {
              type: 'number',
              requiresArg: true,
              describe: 'milliseconds for the whole (30000), and when given, for the first byte of sound (5000)',
            })
            .example('$0 verify http://127.0.0.1:8880/v1 --voice af_bella', ''),
        async ({ url, 'api-key-env': apiKeyEnv, ...given }) => {
          const { verifyCommand } = await import('./verify-command.js');
          done(await verifyCommand({ ...given, apiKeyEnv, url: baseUrlOf(url) }, terminal()));
        },
      )
      .command(
        'bench [url]',
        'measure how fast a speech server speaks, and to how many at once',
        (options) =>
          options
            .positional('url', { type: 'string', describe: 'its base URL' })
            .options(SERVER)
            .options({
              concurrency: {
                type: 'string',
                default: '1,2,4,8',
                requiresArg: true,
                describe: 'how many at once, one row each',
              },
              requests: { type: 'number', default: 20, requiresArg: true, describe: 'sentences of each row' },
            })
            .example('$0 bench http://127.0.0.1:8880/v1 --concurrency 1,4', ''),
        async ({ url, concurrency, requests, 'api-key-env': apiKeyEnv, ...given }) => {
          const { benchCommand } = await import('./bench-command.js');
          const rows = concurrency.split(',').map((part) => countOf('--concurrency', Number(part), MOST_AT_ONCE));
          const of = {
            url: baseUrlOf(url),
            concurrency: rows,
            requests: countOf('--requests', requests, MOST_REQUESTS),
          };
          done(await benchCommand({ ...given, ...of, apiKeyEnv }, terminal()));
        },
      )
      .completion('completion', 'write a script that completes these commands: express-speech completion >> ~/.bashrc')
      .demandCommand(1, 'no command is given')
      .epilogue(STATUSES)
      .version(version)
      .alias({ help: 'h', version: 'v' })
      .locale('en')
      .strict()
      // Or what is not known is named twice.
      .parserConfiguration({ 'camel-case-expansion': false })
      .exitProcess(false)
      .fail((message, error: unknown) => {
        throw error instanceof Error ? error : new UsageError(message);
      })
  );
}

/** A server under test gets this much and no more: it may be somebody else's, and paid for. */
const MOST_AT_ONCE = 64;
const MOST_REQUESTS = 1_000;

function countOf(name: string, given: number, most: number): number {
  if (Number.isInteger(given) && given >= 1 && given <= most) return given;
  throw new UsageError(`${name}: expected whole numbers from 1 to ${String(most)}`);
}

function baseUrlOf(url: string | undefined): string {
  if (url === undefined) throw new UsageError('no base URL is given');
  return url;
}

async function settingsOf(flags: Readonly<Record<string, unknown>>) {
  const { readSettings } = await import('../gateway/read-settings.js');
  const { 'tts-url': url } = flags;
  const given = url === undefined ? {} : { 'tts-url': url };
  return readSettings({ flags: given, environment: process.env, configFile: configOf(flags) });
}

function configOf({ config }: Readonly<Record<string, unknown>>): string | undefined {
  const path = config ?? process.env['SPEECH_CONFIG'];
  return typeof path === 'string' && path !== '' ? path : undefined;
}
