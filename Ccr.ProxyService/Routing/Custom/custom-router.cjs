'use strict';
// Runs the file of CUSTOM_ROUTER_PATH for ccr. Messages are lines of JSON: requests on stdin, answers on stdout.
// The user's code has a thread of its own, so that this one notices the end of ccr (the end of stdin) even while that code never comes to rest.
const { Worker } = require('node:worker_threads');

function run() {
  const fs = require('node:fs');
  const path = require('node:path');
  const { EventEmitter } = require('node:events');
  const { createRequire } = require('node:module');
  const { pathToFileURL } = require('node:url');
  const { parentPort } = require('node:worker_threads');
  const event = new EventEmitter();
  const log = Object.fromEntries(['trace', 'debug', 'info', 'warn', 'error', 'fatal'].map(level => [level, (...words) => console.error(...words)]));
  let file, config, loading, version;

  // The function of the file, read anew when it changed.
  function current() {
    const { mtimeMs, size } = fs.statSync(file);
    const seen = `${mtimeMs}-${size}`;
    if (seen !== version) {
      version = seen;
      loading = load(seen);
      loading.catch(() => {});
    }
    return loading;
  }

  async function load(seen) {
    const require = createRequire(file);
    for (const key of Object.keys(require.cache)) {
      if (key.startsWith(path.dirname(file) + path.sep) && !key.includes(`${path.sep}node_modules${path.sep}`)) delete require.cache[key];
    }
    let loaded;
    try {
      loaded = require(file);
    } catch (fault) {
      if (fault.code !== 'ERR_REQUIRE_ESM' && !/export|import/.test(fault.message)) throw fault;
      loaded = await import(`${pathToFileURL(file)}?v=${seen}`);
    }
    const router = typeof loaded === 'function' ? loaded : loaded && loaded.default;
    if (typeof router !== 'function') throw new Error('module.exports is no function');
    return router;
  }

  parentPort.on('message', async line => {
    const message = JSON.parse(line);
    if (message.config) {
      ({ file, config } = message);
      return;
    }
    const answer = { id: message.id };
    try {
      const router = await current();
      const route = await router({ ...message.req, log }, config, { event });
      if (typeof route === 'string') answer.route = route;
      else if (route) answer.error = `it returned ${typeof route === 'object' ? 'an object' : `a ${typeof route}`}, not a string`;
    } catch (fault) {
      answer.error = String((fault && fault.message) || fault).slice(0, 300);
      console.error(fault);
    }
    parentPort.postMessage(JSON.stringify(answer));
  });
}

const worker = new Worker(`(${run})()`, { eval: true, stdout: true, stderr: true });
worker.stdout.pipe(process.stderr);
worker.stderr.pipe(process.stderr);
worker.on('message', answer => process.stdout.write(`${answer}\n`));
worker.on('error', fault => {
  console.error(fault);
  process.exit(1);
});
worker.on('exit', () => process.exit(1));

let rest = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', text => {
  const lines = (rest + text).split('\n');
  rest = lines.pop();
  for (const line of lines) worker.postMessage(line);
});
process.stdin.on('end', () => process.exit(0));
process.stdin.on('error', () => process.exit(0));
