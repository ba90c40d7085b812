// The echo service of the tests, served by grpc-js: node echo-server.mjs. Prints its port; ends when its input ends.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(process.env.CCR_NODE_TOOLS + '/');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const proto = join(dirname(fileURLToPath(import.meta.url)), 'echo.proto');
const { Echo } = grpc.loadPackageDefinition(loader.loadSync(proto, { defaults: true })).ccr.test.v1;
const fail = (code, details, metadata) => ({ code, details, metadata });

function pattern(length) {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 7) % 251;
  return bytes;
}

function unary(call, callback) {
  const { payload, script, count } = call.request;
  const trailers = new grpc.Metadata();
  switch (script) {
    case 'error': {
      trailers.set('x-reason', 'because');
      trailers.set('x-blob-bin', Buffer.from([0, 1, 254, 255]));
      return callback(fail(grpc.status.INVALID_ARGUMENT, 'empty — text %', trailers));
    }
    case 'wait':
      return;
    case 'metadata': {
      const headers = new grpc.Metadata();
      for (const value of call.metadata.get('x-echo')) {
        headers.add('x-echo', value);
        trailers.add('x-trailer', value);
      }
      for (const value of call.metadata.get('x-echo-bin')) {
        headers.add('x-echo-bin', value);
        trailers.add('x-trailer-bin', value);
      }
      call.sendMetadata(headers);
    }
  }
  callback(null, { payload: count > 0 ? pattern(count) : payload, number: payload.length }, trailers);
}

function serverStream(call) {
  for (let i = 0; i < call.request.count; i++) call.write({ number: i, payload: call.request.payload });
  if (call.request.script === 'error') call.emit('error', fail(grpc.status.FAILED_PRECONDITION, 'enough'));
  else if (call.request.script !== 'wait') call.end();
}

function clientStream(call, callback) {
  const parts = [];
  let done = false;
  call.on('data', ({ payload, script }) => {
    if (done) return;
    if (script === 'error') {
      done = true;
      callback(fail(grpc.status.RESOURCE_EXHAUSTED, 'too much'));
    } else parts.push(payload);
  });
  call.on('end', () => done || callback(null, { number: parts.length, payload: Buffer.concat(parts) }));
  call.on('error', () => {});
}

function duplex(call) {
  let number = 0;
  call.on('data', ({ payload, script }) => (script === 'end' ? call.end() : call.write({ number: number++, payload })));
  call.on('end', () => call.end());
  call.on('error', () => {});
}

const server = new grpc.Server({
  'grpc.max_receive_message_length': -1,
  'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip,
});
server.addService(Echo.service, { unary, serverStream, clientStream, duplex });
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
process.stdin.on('end', () => process.exit(0)).resume();
