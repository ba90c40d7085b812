// Makes Ccr.ProxyService/Pricing/prices.json from the npm package @pydantic/genai-prices.
//
//   node eng/prices/make-prices.mjs PACKAGE_FOLDER DATE > Ccr.ProxyService/Pricing/prices.json
//
// PACKAGE_FOLDER is the unpacked package (npm pack, or node_modules/@pydantic/genai-prices), DATE the day that version was published
// (npm view @pydantic/genai-prices time). The same version and date give the same bytes. docs/pricing.md describes the format.
//
// Addresses and model names come as regular expressions in a few places. They are turned into plain patterns here, so that the router needs
// none at run time; an expression that this script does not understand ends it.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , folder, date] = process.argv;
if (!folder || !/^\d{4}-\d{2}-\d{2}$/.test(date ?? '')) {
  console.error('usage: node make-prices.mjs PACKAGE_FOLDER YYYY-MM-DD');
  process.exit(2);
}

const root = resolve(folder);
const { version, license, name } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const { waitForUpdate } = await import(pathToFileURL(join(root, 'dist', 'index.js')));
const providers = await waitForUpdate();

const lines = ['{'];
lines.push(`"source":${JSON.stringify(`${name} ${version}`)},"license":${JSON.stringify(license)},"date":${JSON.stringify(date)},`);
lines.push('"providers":[');
providers.forEach((provider, p) => {
  const head = { id: provider.id, at: addresses(provider.api_pattern) };
  if (provider.fallback_model_providers) {
    head.also = provider.fallback_model_providers;
  }
  lines.push(`${JSON.stringify(head).slice(0, -1)},"models":[`);
  provider.models.forEach((model, m) => {
    const entry = JSON.stringify([model.id, rule(model.match), prices(model)]);
    lines.push(entry + (m + 1 < provider.models.length ? ',' : ''));
  });
  lines.push(p + 1 < providers.length ? ']},' : ']}');
});
lines.push(']}', '');
process.stdout.write(lines.join('\n'));

/** What a model's name must be: "=x", "^x" (begins), "$x" (ends), "*x" (contains), "~x" (like x, # a digit), [any of these], {all: []}, {none: []}. */
function rule(match) {
  const [[kind, value]] = Object.entries(match);
  switch (kind) {
    case 'equals': return '=' + value;
    case 'starts_with': return '^' + value;
    case 'ends_with': return '$' + value;
    case 'contains': return '*' + value;
    case 'or': return value.map(rule);
    case 'and': return { all: value.map(rule) };
    case 'regex': return shape(value);
    default: throw new Error(`A rule for model names of an unknown kind: ${kind}`);
  }
}

/** A regular expression of literals and digits as "~…": # is one digit, * at the end is anything. */
function shape(regex) {
  if (regex === '^(?!.*-[tT][tT][sS](?:$|-))') {
    return { none: ['*-tts-', '$-tts'] };
  }
  let rest = regex;
  if (!rest.startsWith('^')) {
    throw new Error(`A model's expression that is not anchored: ${regex}`);
  }
  rest = rest.slice(1);
  let out = '';
  while (rest && rest !== '$') {
    const part = /^(?:(\\d)(?:\{(\d+)\})?|\\([.[\]])|([a-z0-9/=-]))/.exec(rest);
    if (!part) {
      throw new Error(`A model's expression that this script does not understand: ${regex}`);
    }
    out += part[1] ? '#'.repeat(Number(part[2] ?? 1)) : part[3] ?? part[4];
    rest = rest.slice(part[0].length);
  }
  return `~${out}${rest === '$' ? '' : '*'}`;
}

/** The prices, or a list of [when, prices] of which the last one that applies counts; when is "", a day, or hours of the day (UTC). */
function prices(model) {
  return Array.isArray(model.prices) ? model.prices.map(c => [when(c.constraint), priceSet(model, c.prices)]) : priceSet(model, model.prices);
}

function when(constraint) {
  switch (constraint?.type) {
    case undefined: return '';
    case 'start_date': return constraint.start_date;
    case 'time_of_date': return `${hours(constraint.start_time)}-${hours(constraint.end_time)}`;
    default: throw new Error(`A constraint of an unknown kind: ${JSON.stringify(constraint)}`);
  }
}

function hours(time) {
  const parts = /^(\d\d:\d\d):00Z$/.exec(time);
  if (!parts) {
    throw new Error(`A time that is not a whole minute in UTC: ${time}`);
  }
  return parts[1];
}

function priceSet(model, all) {
  // What the answer's citations cost cannot be known from the tokens that are reported: such a model has no price rather than a wrong one.
  // A model that the provider itself calls free has the price zero; any other without prices keeps its place, so that no later rule takes its name.
  if (all.output_citation_mtok !== undefined) {
    return {};
  }
  if (Object.keys(all).length === 0 && model.id.endsWith(':free')) {
    return { in: 0, out: 0 };
  }
  const set = {};
  for (const [key, short] of Object.entries({
    input_mtok: 'in', cache_read_mtok: 'read', cache_write_mtok: 'write', cache_write_1h_mtok: 'write1h',
    output_mtok: 'out', output_reasoning_mtok: 'reason', web_searches_kcount: 'search', requests_kcount: 'request',
  })) {
    if (all[key] !== undefined) {
      set[short] = price(all[key]);
    }
  }
  return set;
}

/** A price, or [base, [more input tokens than this, price], …]. */
function price(value) {
  return typeof value === 'number' ? amount(value) : [amount(value.base), ...[...value.tiers].sort((a, b) => a.start - b.start).map(t => [t.start, amount(t.price)])];
}

/** Six decimals, so that a token's price is a whole number of 10^-12 dollars: the few longer ones are quotients that someone computed. */
function amount(value) {
  if (!Number.isFinite(value) || value < 0) {
    throw new Error(`Not a price: ${value}`);
  }
  return Number(value.toFixed(6));
}

/** The hosts, with paths where they matter, that an address's expression allows: "api.example.com", "*.example.com", "host/path". */
function addresses(regex) {
  const found = expand(regex, regex);
  return [...new Set(found.map(text => text.replace(/^https?:\/\//, '').replace(/\/$/, '')))].map(text => (text.endsWith('.') ? text + '*' : text));
}

/** Every text that the expression allows, with * for what varies. */
function expand(regex, whole) {
  let texts = [''];
  let rest = regex;
  const add = alternatives => { texts = texts.flatMap(t => alternatives.map(a => t + a)); };
  while (rest) {
    let part;
    if ((part = /^(?:\[\^\/\]\+|\[a-z0-9-\]\+|\[\^\.\]\*|\.\*)/.exec(rest))) {
      add(['*']);
    } else if ((part = /^\\?([a-zA-Z0-9._-])|^\\?(\/)|^(:)/.exec(rest)) && !(part[0] === '.')) {
      const literal = part[1] ?? part[2] ?? part[3];
      const optional = rest[part[0].length] === '?';
      add(optional ? ['', literal] : [literal]);
      part = [part[0] + (optional ? '?' : '')];
    } else if (rest[0] === '(') {
      let depth = 0;
      let end = 0;
      do {
        depth += rest[end] === '\\' ? (end++, 0) : rest[end] === '(' ? 1 : rest[end] === ')' ? -1 : 0;
        end++;
      } while (depth > 0);
      const inner = rest.slice(1, end - 1).replace(/^\?:/, '');
      const optional = rest[end] === '?';
      // (/|$) only says that the name ends here, which the router's own matching does.
      add(inner === '/|$' ? [''] : [...(optional ? [''] : []), ...inner.split('|').flatMap(i => expand(i, whole))]);
      part = [rest.slice(0, end + (optional ? 1 : 0))];
    } else {
      throw new Error(`An address's expression that this script does not understand: ${whole}`);
    }
    rest = rest.slice(part[0].length);
  }
  return texts;
}
