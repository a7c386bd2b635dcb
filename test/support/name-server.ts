import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** What is said of a name: its IPv4 addresses, that there is none, that the server cannot tell, or nothing at all. */
export type NameAnswer = readonly string[] | 'no such name' | 'server failure' | 'silence';

/** A name server on a loopback address of its own, which says of every name what the test wants. */
export interface NameServer {
  /** A `resolv.conf` that leads here. */
  readonly resolvConf: string;
  /** Names that it was asked for. */
  readonly asked: readonly string[];
  say(answer: NameAnswer): void;
  close(): Promise<void>;
}

const HEADER = 12;
const ADDRESS_RECORD = 1;
const RESPONSE_CODES = { 'no such name': 3, 'server failure': 2 };

export async function startNameServer(first: NameAnswer): Promise<NameServer> {
  let answer = first;
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const question = readQuestion(query);
    asked.push(question.name);
    if (answer !== 'silence') socket.send(replyTo(query, question, answer), port, address);
  });
  // resolv.conf knows no ports; of loopback addresses there are enough for every test run on this machine.
  const address = `127.203.${String((process.pid >> 8) % 256)}.${String((process.pid % 254) + 1)}`;
  socket.bind(53, address);
  await once(socket, 'listening');
  return {
    resolvConf: `nameserver ${address}\noptions timeout:1 attempts:1\n`,
    asked,
    say(next) {
      answer = next;
    },
    async close() {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

interface Question {
  readonly name: string;
  readonly type: number;
  /** Where it ends in the query. */
  readonly end: number;
}

function readQuestion(query: Buffer): Question {
  const labels: string[] = [];
  let at = HEADER;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** Writes a reply (RFC 1035, section 4): the header, the question again, and an address a record, to be kept for no time. */
function replyTo(query: Buffer, { type, end }: Question, answer: Exclude<NameAnswer, 'silence'>): Buffer {
  const addresses = typeof answer === 'string' || type !== ADDRESS_RECORD ? [] : answer;
  const code = typeof answer === 'string' ? RESPONSE_CODES[answer] : 0;
  const header = Buffer.alloc(HEADER);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8580 | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  const records = addresses.map((address) =>
    Buffer.from([0xc0, HEADER, 0, ADDRESS_RECORD, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
  );
  return Buffer.concat([header, query.subarray(HEADER, end), ...records]);
}
