// Makes the data files of libs/Ccr.Tokenization from npm `tiktoken`:
//   <encoding>.vocabulary   how each token is merged from two earlier ones, in rank order
//   characters.classes      the Unicode categories as tiktoken's own regular expressions see them
// Usage: CCR_NODE_TOOLS=<folder that holds node_modules> node eng/vocabularies/make-vocabularies.mjs
// The layout of both files is described in docs/tokenization.md; the tests check the result against OpenAI's published checksums.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const tools = process.env.CCR_NODE_TOOLS;
if (!tools) {
  console.error('make-vocabularies: set CCR_NODE_TOOLS to the folder whose node_modules holds tiktoken@1.0.22.');
  process.exit(1);
}

const load = createRequire(join(tools, 'node_modules', '/'));
const target = fileURLToPath(new URL('../../libs/Ccr.Tokenization/Resources/', import.meta.url));

// SHA-256 of the .tiktoken files that OpenAI publishes: one line per token, "base64 rank\n".
const published = {
  cl100k_base: '223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7',
  o200k_base: '446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d',
  p50k_base: '94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069',
  r50k_base: '306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930',
};

function readTokens(encoding) {
  const tokens = [];
  for (const line of load(`tiktoken/encoders/${encoding}.json`).bpe_ranks.split('\n')) {
    const [, first, ...words] = line.split(' ');
    words.forEach((word, i) => { tokens[Number(first) + i] = Buffer.from(word, 'base64').toString('latin1'); });
  }

  const hash = createHash('sha256');
  for (let rank = 0; rank < tokens.length; rank++) {
    if (tokens[rank] !== undefined) {
      hash.update(`${Buffer.from(tokens[rank], 'latin1').toString('base64')} ${rank}\n`);
    }
  }

  const sum = hash.digest('hex');
  if (sum !== published[encoding]) {
    throw new Error(`${encoding}: the ranks have SHA-256 ${sum}, published is ${published[encoding]}`);
  }

  return tokens;
}

/** The two tokens that byte-pair merging joins last when it builds the token of this rank. */
function lastMerge(token, rank, ranks) {
  const parts = [...token];
  while (parts.length > 2) {
    let best = rank;
    let at = -1;
    for (let i = 0; i + 1 < parts.length; i++) {
      const merged = ranks.get(parts[i] + parts[i + 1]);
      if (merged !== undefined && merged < best) {
        best = merged;
        at = i;
      }
    }

    if (at < 0) {
      throw new Error(`token ${rank} cannot be reached by merging: the format has no place for it`);
    }

    parts.splice(at, 2, parts[at] + parts[at + 1]);
  }

  return parts.map(part => ranks.get(part));
}

function compress(bytes) {
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 22,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
}

function write(name, bytes) {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(bytes.length);
  const packed = Buffer.concat([head, compress(bytes)]);
  writeFileSync(join(target, name), packed);
  console.log(`${name}: ${packed.length} bytes, SHA-256 ${createHash('sha256').update(packed).digest('hex')}`);
}

function makeVocabulary(encoding) {
  const tokens = readTokens(encoding);
  const ranks = new Map(tokens.flatMap((token, rank) => (token === undefined ? [] : [[token, rank]])));
  const merges = tokens.length - 256;
  const bytes = Buffer.alloc(256 + 6 * merges);
  for (let rank = 0; rank < 256; rank++) {
    if (tokens[rank].length !== 1) {
      throw new Error(`${encoding}: rank ${rank} is no single byte`);
    }

    bytes[rank] = tokens[rank].charCodeAt(0);
  }

  for (let i = 0; i < merges; i++) {
    const rank = 256 + i;
    // A rank that has no token (a special token lies there) is written as merged from itself.
    const pair = tokens[rank] === undefined ? [rank, rank] : lastMerge(tokens[rank], rank, ranks);
    for (let plane = 0; plane < 6; plane++) {
      bytes[256 + plane * merges + i] = pair[plane < 3 ? 0 : 1] >>> (8 * (plane % 3));
    }
  }

  write(`${encoding}.vocabulary`, bytes);
}

// The flags are those of Ccr.Tokenization.Pieces.CharacterClass.
function makeClasses() {
  const { Tiktoken } = load('tiktoken/lite');
  const bytes = `! 0 ${Array.from({ length: 256 }, (_, i) => Buffer.from([i]).toString('base64')).join(' ')}`;
  const flags = new Map([
    ['[\\p{Lu}\\p{Lt}]', 1 | 16],
    ['\\p{Ll}', 1 | 32],
    ['[\\p{Lm}\\p{Lo}]', 1 | 16 | 32],
    ['\\p{M}', 16 | 32],
    ['\\p{N}', 2],
    ['\\s', 4],
    ['[\\r\\n]', 8],
  ]);
  const classes = new Uint8Array(0x110000);
  for (const [pattern, flag] of flags) {
    const probe = new Tiktoken(bytes, {}, pattern);
    for (let point = 0; point < classes.length; point++) {
      const surrogate = point >= 0xd800 && point < 0xe000;
      if (!surrogate && probe.encode_ordinary(String.fromCodePoint(point)).length > 0) {
        classes[point] |= flag;
      }
    }

    probe.free();
  }

  const runs = [];
  for (let start = 0; start < classes.length;) {
    let end = start;
    while (end < classes.length && classes[end] === classes[start]) {
      end++;
    }

    let length = end - start;
    for (; length >= 0x80; length = Math.floor(length / 128)) {
      runs.push((length & 0x7f) | 0x80);
    }

    runs.push(length, classes[start]);
    start = end;
  }

  write('characters.classes', Buffer.from(runs));
}

Object.keys(published).forEach(makeVocabulary);
makeClasses();
