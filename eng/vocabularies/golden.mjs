// What npm `tiktoken` says about the test texts.
//   node eng/vocabularies/golden.mjs write               writes Ccr.Tests/Tokenization/golden.json
//   node eng/vocabularies/golden.mjs encode NAME FILE    for each text in FILE (4 bytes of length, little endian, then the
//                                                        bytes), prints a line of its token ranks
// Needs CCR_NODE_TOOLS: the folder whose node_modules holds tiktoken@1.0.22.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const tools = process.env.CCR_NODE_TOOLS;
if (!tools) {
  console.error('golden: set CCR_NODE_TOOLS to the folder whose node_modules holds tiktoken@1.0.22.');
  process.exit(1);
}

const { get_encoding } = createRequire(join(tools, 'node_modules', '/'))('tiktoken');
const folder = fileURLToPath(new URL('../../Ccr.Tests/Tokenization/', import.meta.url));
// Bytes that are no UTF-8 become U+FFFD; a byte order mark stays a character.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The twin of GeneratedTexts.cs: both must draw the same numbers in the same order. */
function makeRandom(seed) {
  let state = seed >>> 0;
  return below => {
    state = (state ^ (state << 13)) >>> 0;
    state = (state ^ (state >>> 17)) >>> 0;
    state = (state ^ (state << 5)) >>> 0;
    return state % below;
  };
}

function makeTexts({ seed, count, ranges, words }) {
  const next = makeRandom(seed);
  const character = ([first, last]) => String.fromCodePoint(first + next(last - first + 1));
  return Array.from({ length: count }, () => {
    const kind = next(4);
    const length = 1 + next(next(8) === 0 ? 120 : 24);
    const range = ranges[next(ranges.length)];
    let text = '';
    for (let i = 0; i < length; i++) {
      const word = kind === 0 || (kind === 1 && next(2) === 0);
      text += word ? words[next(words.length)] : character(kind === 2 ? range : ranges[next(ranges.length)]);
    }

    return text;
  });
}

function makeJunk(seed, length) {
  const next = makeRandom(seed);
  return Uint8Array.from({ length }, () => next(256));
}

function digest(lists) {
  const hash = createHash('sha256');
  for (const ranks of lists) {
    hash.update(Buffer.from(Int32Array.from(ranks).buffer));
  }

  return hash.digest('hex');
}

function write() {
  const generator = JSON.parse(readFileSync(join(folder, 'generator.json'), 'utf8'));
  const texts = makeTexts(generator);
  const corpus = readdirSync(join(folder, 'Corpus')).sort();
  const junk = { seed: 4711, length: 50_000 };
  const block = 500;
  const golden = { made_with: 'tiktoken 1.0.22', junk, block, encodings: {} };
  for (const name of ['cl100k_base', 'o200k_base', 'p50k_base', 'r50k_base']) {
    const encoding = get_encoding(name);
    const describe = text => {
      const ranks = encoding.encode_ordinary(text);
      return { tokens: ranks.length, sha256: digest([ranks]) };
    };
    const generated = texts.map(text => encoding.encode_ordinary(text));
    const blocks = [];
    for (let start = 0; start < generated.length; start += block) {
      blocks.push(digest(generated.slice(start, start + block)));
    }

    golden.encodings[name] = {
      corpus: Object.fromEntries(corpus.map(file => [file, describe(readFileSync(join(folder, 'Corpus', file), 'utf8'))])),
      junk: describe(decoder.decode(makeJunk(junk.seed, junk.length))),
      // Two bytes per text, little endian.
      counts: Buffer.from(Uint16Array.from(generated.map(ranks => ranks.length)).buffer).toString('base64'),
      blocks,
    };
    encoding.free();
  }

  writeFileSync(join(folder, 'golden.json'), `${JSON.stringify(golden, null, 1)}\n`);
}

function encode(name, file) {
  const encoding = get_encoding(name);
  const bytes = readFileSync(file);
  const lines = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readInt32LE(at);
    lines.push(encoding.encode_ordinary(decoder.decode(bytes.subarray(at + 4, at + 4 + length))).join(' '));
    at += 4 + length;
  }

  process.stdout.write(`${lines.join('\n')}\n`);
}

const [verb, ...rest] = process.argv.slice(2);
if (verb === 'write') {
  write();
} else if (verb === 'encode' && rest.length === 2) {
  encode(...rest);
} else {
  console.error('usage: golden.mjs write | golden.mjs encode NAME FILE');
  process.exit(1);
}
