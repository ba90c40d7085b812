// A grpc-js client of the echo service: node echo-client.mjs HOST:PORT BEHAVIOUR. Exits with 0 when it saw what it must see.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(process.env.CCR_NODE_TOOLS + '/');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const proto = join(dirname(fileURLToPath(import.meta.url)), 'echo.proto');
const { Echo } = grpc.loadPackageDefinition(loader.loadSync(proto, { defaults: true })).ccr.test.v1;
const [address, behaviour] = process.argv.slice(2);
const connect = (options = {}) =>
  new Echo(address, grpc.credentials.createInsecure(), { 'grpc.max_receive_message_length': -1, ...options });

const unary = (client, request, metadata = new grpc.Metadata(), options = {}) =>
  new Promise((resolve) => {
    const result = {};
    const call = client.unary(request, metadata, options, (error, reply) => Object.assign(result, { error, reply }));
    call.on('metadata', (headers) => (result.headers = headers));
    call.on('status', (status) => resolve(Object.assign(result, { status })));
    result.call = call;
  });
const collect = (call) =>
  new Promise((resolve) => {
    const replies = [];
    call.on('data', (reply) => replies.push(reply));
    call.on('error', () => {});
    call.on('status', (status) => resolve({ replies, status }));
  });
const seconds = (n) => ({ deadline: Date.now() + n * 1000 });

const behaviours = {
  async 'unary echoes'(client) {
    const { reply, status } = await unary(client, { payload: Buffer.from('hello') });
    assert.equal(reply.payload.toString(), 'hello');
    assert.equal(reply.number, 5);
    assert.equal(status.code, grpc.status.OK);
  },
  async 'an error has its code, sentence and trailers'(client) {
    const { error } = await unary(client, { script: 'error' });
    assert.equal(error.code, grpc.status.INVALID_ARGUMENT);
    assert.equal(error.details, 'empty — text %');
    assert.deepEqual(error.metadata.get('x-reason'), ['because']);
    assert.deepEqual(error.metadata.get('x-blob-bin'), [Buffer.from([0, 1, 254, 255])]);
  },
  async 'a handler that crashes is unknown'(client) {
    const { error } = await unary(client, { script: 'crash' });
    assert.equal(error.code, grpc.status.UNKNOWN);
    assert.equal(error.details, 'Exception was thrown by handler.');
  },
  async 'a status may come with a message'(client) {
    const { error } = await unary(client, { script: 'status' });
    assert.equal(error.code, grpc.status.NOT_FOUND);
    assert.equal(error.details, 'no such thing');
  },
  async 'metadata goes there and back'(client) {
    const metadata = new grpc.Metadata();
    const blob = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    metadata.add('x-echo', 'one');
    metadata.add('x-echo', 'two');
    metadata.add('x-echo-bin', blob);
    metadata.add('x-echo-bin', Buffer.from([7]));
    const { headers, status } = await unary(client, { script: 'metadata' }, metadata);
    // HTTP joins the values of a key.
    assert.equal(headers.get('x-echo').join(', '), 'one, two');
    assert.deepEqual(headers.get('x-echo-bin'), [blob, Buffer.from([7])]);
    assert.equal(status.metadata.get('x-trailer').join(', '), 'one, two');
    assert.deepEqual(status.metadata.get('x-trailer-bin'), [blob, Buffer.from([7])]);
  },
  async 'server streaming brings all in order'(client) {
    const { replies, status } = await collect(client.serverStream({ count: 500, payload: Buffer.alloc(100, 1) }));
    assert.deepEqual(replies.map((r) => r.number), Array.from({ length: 500 }, (_, i) => i));
    assert.equal(status.code, grpc.status.OK);
  },
  async 'an error after messages comes after them'(client) {
    const { replies, status } = await collect(client.serverStream({ count: 3, script: 'error' }));
    assert.equal(replies.length, 3);
    assert.equal(status.code, grpc.status.FAILED_PRECONDITION);
    assert.equal(status.details, 'enough');
  },
  async 'client streaming sends all'(client) {
    const reply = await new Promise((resolve, reject) => {
      const call = client.clientStream((error, value) => (error ? reject(error) : resolve(value)));
      for (let i = 0; i < 100; i++) call.write({ payload: Buffer.from(`${i},`) });
      call.end();
    });
    assert.equal(reply.number, 100);
    assert.equal(reply.payload.toString(), Array.from({ length: 100 }, (_, i) => `${i},`).join(''));
  },
  async 'an early answer ends the writing'(client) {
    const error = await new Promise((resolve) => {
      const call = client.clientStream((e) => resolve(e));
      call.on('error', () => {});
      call.write({ script: 'error' });
    });
    assert.equal(error.code, grpc.status.RESOURCE_EXHAUSTED);
    assert.equal(error.details, 'too much');
  },
  async 'duplex is a conversation'(client) {
    const call = client.duplex();
    const status = new Promise((resolve) => call.on('status', resolve));
    for (let i = 0; i < 20; i++) {
      call.write({ payload: Buffer.from(`turn ${i}`) });
      const reply = await new Promise((resolve) => call.once('data', resolve));
      assert.equal(reply.payload.toString(), `turn ${i}`);
      assert.equal(reply.number, i);
    }
    call.end();
    call.on('data', () => assert.fail('more than was said'));
    assert.equal((await status).code, grpc.status.OK);
  },
  async 'a deadline ends a call that waits'(client) {
    const { error } = await unary(client, { script: 'wait' }, undefined, seconds(0.2));
    assert.equal(error.code, grpc.status.DEADLINE_EXCEEDED);
  },
  async 'a long deadline is no hindrance'(client) {
    const { status } = await unary(client, { payload: Buffer.from('x') }, undefined, seconds(3_000_000));
    assert.equal(status.code, grpc.status.OK);
  },
  async 'a cancelled stream ends'(client) {
    const call = client.serverStream({ script: 'wait', count: 1 });
    const end = collect(call);
    call.once('data', () => call.cancel());
    assert.equal((await end).status.code, grpc.status.CANCELLED);
  },
  async 'big messages go both ways'(client) {
    const payload = Buffer.alloc(20_000_000, 'abcdefg');
    const { reply } = await unary(client, { payload });
    assert.ok(reply.payload.equals(payload));
  },
  async 'a message above the limit is refused'(client) {
    const { error } = await unary(client, { payload: Buffer.alloc(30_000_001) });
    assert.equal(error.code, grpc.status.RESOURCE_EXHAUSTED);
  },
  async 'gzip in both directions'() {
    const client = connect({ 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip });
    const payload = Buffer.alloc(100_000, 'abcdefg');
    const { reply } = await unary(client, { payload, script: 'gzip' });
    assert.ok(reply.payload.equals(payload));
    const about = await unary(client, { script: 'about' });
    assert.ok(about.reply.payload.toString().endsWith('|gzip'), about.reply.payload.toString());
  },
  async 'deflate in both directions'() {
    const client = connect({ 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.deflate });
    const payload = Buffer.alloc(100_000, 'abcdefg');
    const { reply } = await unary(client, { payload });
    assert.ok(reply.payload.equals(payload));
  },
  async 'many calls at once'(client) {
    const results = await Promise.all(Array.from({ length: 200 }, (_, i) => unary(client, { payload: Buffer.from(`call ${i}`) })));
    assert.deepEqual(results.map((r) => r.reply.payload.toString()), Array.from({ length: 200 }, (_, i) => `call ${i}`));
  },
};

await behaviours[behaviour](connect());
process.exit(0);
