#!/usr/bin/env node
// Runs real coding agents through the router, over a provider of every dialect, and writes the table of docs/clients.md.
//   node eng/client-matrix.mjs --harness DIR --ccr PATH [--out docs/clients.md] [--only claude] [--providers anthropic,gemini] [--jobs 1]
// The harness is a folder with the agents installed: lib.mjs (runClient) and mock/server.mjs (startMock), a provider that plays scripts in all four dialects.
// A cell passes when the agent exits well, its own tool ran and the script's last words came through.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import net from 'node:net';
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';

const { values: v } = parseArgs({ options: { harness: { type: 'string' }, ccr: { type: 'string' }, out: { type: 'string' }, only: { type: 'string', default: '' }, providers: { type: 'string', default: 'anthropic,openai,openai-responses,gemini' }, jobs: { type: 'string', default: '1' }, timeout: { type: 'string', default: '120' } } });
if (!v.harness || !v.ccr) { console.error('usage: client-matrix.mjs --harness DIR --ccr PATH'); process.exit(2); }
const from = (file) => import(pathToFileURL(path.resolve(v.harness, file)).href);
const { runClient } = await from('lib.mjs');
const { startMock } = await from('mock/server.mjs');

const MARK = 'hello-from-tool';
const PROVIDERS = { anthropic: '/v1/messages', openai: '/v1/chat/completions', 'openai-responses': '/v1/responses', gemini: '/v1beta/models' };
const noSearch = { extraEnv: { ENABLE_TOOL_SEARCH: '0' } };
// OpenCode sends images only to models that its configuration says can see.
const vision = { modelEntry: { attachment: true, modalities: { input: ['text', 'image'], output: ['text'] } } };
const CLIENTS = [
  { name: 'Claude Code', client: 'claude', scripts: ['tool', 'parallel', 'image', 'mcp', 'long', 'claude-toolsearch', 'claude-agent'], opts: { mcp: { mcp: true, ...noSearch } } },
  { name: 'Codex', client: 'codex', scripts: ['tool', 'parallel', 'codex-image', 'mcp', 'patch', 'long'], opts: { mcp: { mcp: true } }, models: { patch: 'gpt-5.5' } },
  { name: 'OpenCode (Chat)', client: 'opencode', scripts: ['tool', 'parallel', 'image', 'long'], opts: { image: vision } },
  { name: 'OpenCode (Messages)', client: 'opencode', scripts: ['tool', 'parallel', 'image', 'long'], base: { npm: '@ai-sdk/anthropic' } },
  { name: 'OpenCode (Responses)', client: 'opencode', scripts: ['tool', 'parallel', 'image', 'long'], base: { npm: '@ai-sdk/openai' } },
  { name: 'Qwen Code (Chat)', client: 'qwen', scripts: ['tool', 'parallel', 'long'] },
  { name: 'Qwen Code (Messages)', client: 'qwen', scripts: ['tool', 'parallel', 'long'], base: { auth: 'anthropic' } },
  { name: 'Gemini CLI', client: 'gemini', scripts: ['tool', 'parallel', 'long'], model: 'gemini-2.5-pro' },
];
// What shows that the script's own tool ran: a word in the agent's report of its tools, or in a request that reached the provider.
const RAN = { mcp: { reached: 'said: over mcp' }, 'codex-image': { reached: 'iVBORw0KGgo' }, image: { reached: 'iVBORw0KGgo' }, patch: { file: 'patched.txt' }, 'claude-toolsearch': { reached: 'CronList' }, 'claude-agent': {} };

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'ccr-clients-'));
const freePort = () => new Promise((ok) => { const s = net.createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => ok(port)); }); });
async function startRouter(provider, mockUrl) {
  const port = await freePort();
  const config = path.join(scratch, `${provider}.json`);
  fs.writeFileSync(config, JSON.stringify({ PORT: port, LOG_LEVEL: 'warning', Providers: [{ name: 'mock', protocol: provider, api_base_url: mockUrl + PROVIDERS[provider], api_key: 'sk-mock-key', models: ['mock-model'] }], Router: { default: 'mock,mock-model' } }));
  const child = spawn(v.ccr, ['start', '--config', config], { stdio: ['ignore', fs.openSync(path.join(scratch, `${provider}.log`), 'w'), 'inherit'] });
  for (let i = 0; i < 100; i++) {
    if (await fetch(`http://127.0.0.1:${port}/alive`).then((r) => r.ok, () => false)) return { url: `http://127.0.0.1:${port}`, stop: () => child.kill() };
    await new Promise((ok) => setTimeout(ok, 100));
  }
  throw new Error(`the router for ${provider} did not start`);
}

const results = new Map();
async function column(provider) {
  const mock = await startMock({ script: 'tool' });
  const router = await startRouter(provider, mock.url);
  const control = (p, body) => fetch(mock.url + p, { method: 'POST', body: JSON.stringify(body ?? {}) }).then((r) => r.json());
  for (const c of CLIENTS) {
    if (v.only && !c.name.startsWith(v.only)) continue;
    for (const script of c.scripts) {
      const out = path.join(scratch, provider, `${c.name}-${script}`.replaceAll(/[^\w-]+/g, '_'));
      fs.mkdirSync(path.dirname(out), { recursive: true });
      await control('/__mock/config', { script, work: path.join(out, 'work') });
      await control('/__mock/reset');
      const r = await runClient({ client: c.client, origin: router.url, key: 'sk-mock-key', model: c.models?.[script] ?? c.model ?? 'mock-model', opts: { ...(c.base ?? {}), ...(c.opts?.[script] ?? {}) }, prompt: `Run the command echo ${MARK} and tell me what it said`, out, timeoutMs: Number(v.timeout) * 1000 });
      const ran = RAN[script] ?? { tool: MARK };
      const reached = ran.reached ? JSON.stringify(await fetch(mock.url + '/__mock/records').then((x) => x.json())).includes(ran.reached) : true;
      const file = ran.file ? fs.existsSync(path.join(out, 'work', ran.file)) : true;
      const tool = ran.tool ? String(r.outcome.tool).includes(script === 'parallel' ? 'from-tool' : ran.tool) : true;
      const ok = Boolean(r.outcome.ok && String(r.outcome.text).includes(MARK) && reached && file && tool);
      results.set(`${c.name}|${provider}|${script}`, ok);
      console.log(`${ok ? 'ok  ' : 'FAIL'} ${c.name} over ${provider}, ${script}: exit ${r.code}${r.timedOut ? ' (timed out)' : ''}, ${r.ms} ms`);
      if (!ok) console.log(`     ok ${r.outcome.ok}, text ${JSON.stringify(String(r.outcome.text).slice(0, 100))}, tool ${JSON.stringify(String(r.outcome.tool).slice(0, 60))}, reached ${reached}, file ${file}\n     ` + (r.stderr || r.stdout).trim().slice(-500).replaceAll('\n', '\n     '));
    }
  }
  router.stop();
  await mock.stop();
}
const queue = v.providers.split(',');
await Promise.all(Array.from({ length: Number(v.jobs) }, async () => { for (let p; (p = queue.shift()); ) await column(p); }));

const providers = v.providers.split(',');
const lines = ['| client | ' + providers.join(' | ') + ' |', '| --- |' + ' --- |'.repeat(providers.length)];
for (const c of CLIENTS) {
  const cells = providers.map((p) => {
    const seen = c.scripts.filter((s) => results.has(`${c.name}|${p}|${s}`));
    const failed = seen.filter((s) => !results.get(`${c.name}|${p}|${s}`));
    return seen.length === 0 ? '–' : failed.length === 0 ? `${seen.length} of ${seen.length}` : `${seen.length - failed.length} of ${seen.length} (not ${failed.join(', ')})`;
  });
  lines.push(`| ${c.name} | ${cells.join(' | ')} |`);
}
const passed = [...results.values()].filter(Boolean).length;
console.log('\n' + lines.join('\n') + `\n\n${passed} passed, ${results.size - passed} failed`);
if (v.out) {
  const page = fs.readFileSync(v.out, 'utf8');
  fs.writeFileSync(v.out, page.replace(/<!-- table -->[\s\S]*<!-- end -->/, `<!-- table -->\n${lines.join('\n')}\n<!-- end -->`));
}
process.exit(passed === results.size ? 0 : 1);
