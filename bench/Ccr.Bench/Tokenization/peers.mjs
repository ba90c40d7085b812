// node peers.mjs ENCODING FILE MILLISECONDS: for npm tiktoken, then npm gpt-tokenizer, a line "NAME TOKENS MB/S" (best run).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const load = createRequire(join(process.env.CCR_NODE_TOOLS, 'node_modules', '/'));
const [encoding, file, milliseconds] = process.argv.slice(2);
const text = readFileSync(file, 'utf8');
const bytes = Buffer.byteLength(text);

function measure(name, count) {
  const until = performance.now() + Number(milliseconds);
  let best = Infinity;
  let tokens = 0;
  do {
    const start = performance.now();
    tokens = count(text);
    best = Math.min(best, performance.now() - start);
  } while (performance.now() < until);

  console.log(`${name} ${tokens} ${bytes / best / 1e3}`);
}

const tiktoken = load('tiktoken').get_encoding(encoding);
measure('tiktoken', input => tiktoken.encode_ordinary(input).length);
const gpt = load(`gpt-tokenizer/encoding/${encoding}`);
// No special tokens: their names are plain text, as they are to the others.
measure('gpt-tokenizer', input => gpt.countTokens(input, { disallowedSpecial: new Set() }));
