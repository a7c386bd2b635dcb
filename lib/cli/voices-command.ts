import { startPrivately } from '../gateway/private-gateway.js';
import type { Settings } from '../gateway/read-settings.js';
import { printable, table, type Output } from './terminal.js';

interface Voices {
  readonly voices: readonly {
    readonly id: string;
    readonly name: string;
    readonly provider: string;
    readonly language?: string;
  }[];
}

/** Lists the voices of the chain. Resolves with the exit status: 1 where there is none. */
export async function voicesCommand(
  { json }: { readonly json: boolean },
  settings: Settings,
  output: Output,
): Promise<number> {
  const gateway = await startPrivately(settings);
  try {
    await gateway.ready;
    const { voices } = (await (await gateway.ask('/v1/audio/voices')).json()) as Voices;
    if (json) output.result.write(`${JSON.stringify(voices, undefined, 2)}\n`);
    else if (voices.length > 0) {
      const rows = voices.map(({ id, name, provider, language = '' }) => [id, name, language, provider].map(printable));
      output.result.write(table([['VOICE', 'NAME', 'LANGUAGE', 'PROVIDER'], ...rows]));
    } else output.remark('express-speech: nobody in the chain lists voices');
    return voices.length > 0 ? 0 : 1;
  } finally {
    await gateway.stop();
  }
}
