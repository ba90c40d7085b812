// node peers.mjs ENCODING FILE MILLISECONDS: for npm tiktoken, then npm gpt-tokenizer, a line "NAME TOKENS MB/S" (of processor time, after one run to warm up).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const load = createRequire(join(process.env.CCR_NODE_TOOLS, 'node_modules', '/'));
const [encoding, file, milliseconds] = process.argv.slice(2);
const text = readFileSync(file, 'utf8');
const bytes = Buffer.byteLength(text);

function measure(name, count) {
  const tokens = count(text);
  const until = performance.now() + Number(milliseconds);
  const before = process.cpuUsage();
  let runs = 0;
  do {
    count(text);
    runs++;
  } while (performance.now() < until);

  const { user, system } = process.cpuUsage(before);
  console.log(`${name} ${tokens} ${bytes * runs / (user + system)}`);
}

const tiktoken = load('tiktoken').get_encoding(encoding);
measure('tiktoken', input => tiktoken.encode_ordinary(input).length);
const gpt = load(`gpt-tokenizer/encoding/${encoding}`);
// No special tokens: their names are plain text, as they are to the others.
measure('gpt-tokenizer', input => gpt.countTokens(input, { disallowedSpecial: new Set() }));
