// One call with an SDK of the vendors, folded by the SDK's own accumulator, printed as one JSON line:
//   {text, reasoning, signed, toolCalls: [{id, name, arguments}], usage: {input, output, cached}, stop}   or   {error}
// usage.input holds the cached tokens, as everywhere in this repository; `stop` is the SDK's own word.
//
//   node oracle.mjs --sdk NAME --url BASE --key K --model M [--stream|--whole] --scenario text|think|parallel
//   node oracle.mjs --batch FILE      a JSON array of {sdk, url, key, model, stream, scenario}; one line for each, in order
//
// The packages come from the folder that CCR_NODE_TOOLS names.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

// Half of the packages have no entry for require(), and import() cannot be told where to look: so the entry is read by hand.
async function load(name) {
  const folder = join(process.env.CCR_NODE_TOOLS ?? '.', 'node_modules', name);
  const { exports, module, main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  let entry = exports?.['.'] ?? exports ?? module ?? main;
  while (typeof entry === 'object') {
    entry = entry.node ?? entry.import ?? entry.default;
  }
  return import(pathToFileURL(join(folder, entry)).href);
}

const shell = { type: 'object', properties: { command: { type: 'string' } }, required: ['command'], additionalProperties: false };
const clock = { type: 'object', properties: {}, additionalProperties: false };
const declared = [
  { name: 'Bash', description: 'Runs a command', schema: shell },
  { name: 'Clock', description: 'Tells the time', schema: clock },
];
const prompt = 'What is in this folder? \u00e4\u2713\u{1f600} "quoted" \\ back';
const atOnce = 16;
const join_ = (parts) => parts.filter((p) => p != null).join('');

const sdks = {
  async anthropic({ url, key, model, stream, scenario }) {
    const { default: Anthropic } = await load('@anthropic-ai/sdk');
    const client = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 });
    const request = {
      model, max_tokens: 4096, messages: [{ role: 'user', content: prompt }],
      ...(scenario === 'think' ? { thinking: { type: 'enabled', budget_tokens: 1024 } } : {}),
      ...(scenario === 'parallel' ? { tools: declared.map((t) => ({ name: t.name, description: t.description, input_schema: t.schema })) } : {}),
    };
    const message = stream ? await client.messages.stream(request).finalMessage() : await client.messages.create(request);
    const of = (type) => message.content.filter((block) => block.type === type);
    const { usage } = message;
    const [read, written] = [usage.cache_read_input_tokens ?? 0, usage.cache_creation_input_tokens ?? 0];
    return {
      text: join_(of('text').map((b) => b.text)),
      reasoning: join_(of('thinking').map((b) => b.thinking)),
      signed: of('thinking').some((b) => b.signature),
      toolCalls: of('tool_use').map((b) => ({ id: b.id, name: b.name, arguments: JSON.stringify(b.input) })),
      usage: { input: usage.input_tokens + read + written, output: usage.output_tokens, cached: read },
      stop: message.stop_reason,
    };
  },

  async 'openai-chat'({ url, key, model, stream, scenario }) {
    const { default: OpenAI } = await load('openai');
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
    const request = {
      model, messages: [{ role: 'user', content: prompt }],
      ...(scenario === 'think' ? { reasoning_effort: 'medium' } : {}),
      ...(scenario === 'parallel' ? { tools: declared.map((t) => ({ type: 'function', function: { name: t.name, description: t.description, parameters: t.schema } })) } : {}),
    };
    let completion;
    let reasoning = '';
    if (stream) {
      const run = client.chat.completions.stream({ ...request, stream_options: { include_usage: true } });
      // The accumulator knows no reasoning: that field is the field's own agreement.
      run.on('chunk', (chunk) => { reasoning += chunk.choices[0]?.delta?.reasoning_content ?? ''; });
      completion = await run.finalChatCompletion();
    } else {
      completion = await client.chat.completions.create(request);
      reasoning = completion.choices[0].message.reasoning_content ?? '';
    }
    const [{ message, finish_reason: stop }] = completion.choices;
    return {
      text: message.content ?? '', reasoning, signed: false,
      toolCalls: (message.tool_calls ?? []).map((c) => ({ id: c.id, name: c.function.name, arguments: c.function.arguments })),
      usage: { input: completion.usage?.prompt_tokens, output: completion.usage?.completion_tokens, cached: completion.usage?.prompt_tokens_details?.cached_tokens ?? 0 },
      stop,
    };
  },

  async 'openai-responses'({ url, key, model, stream, scenario }) {
    const { default: OpenAI } = await load('openai');
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
    const request = {
      model, input: prompt, store: false,
      ...(scenario === 'think' ? { reasoning: { effort: 'medium', summary: 'auto' }, include: ['reasoning.encrypted_content'] } : {}),
      ...(scenario === 'parallel' ? { tools: declared.map((t) => ({ type: 'function', name: t.name, description: t.description, parameters: t.schema, strict: true })) } : {}),
    };
    const response = stream ? await client.responses.stream(request).finalResponse() : await client.responses.create(request);
    const of = (type) => response.output.filter((item) => item.type === type);
    return {
      text: response.output_text,
      reasoning: join_(of('reasoning').flatMap((i) => [...(i.summary ?? []), ...(i.content ?? [])].map((part) => part.text))),
      signed: of('reasoning').some((i) => i.encrypted_content),
      toolCalls: of('function_call').map((i) => ({ id: i.call_id, name: i.name, arguments: i.arguments })),
      usage: { input: response.usage.input_tokens, output: response.usage.output_tokens, cached: response.usage.input_tokens_details.cached_tokens },
      stop: response.incomplete_details?.reason ?? response.status,
    };
  },

  async gemini({ url, key, model, stream, scenario }) {
    const { GoogleGenAI } = await load('@google/genai');
    const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } });
    const request = {
      model, contents: prompt,
      config: {
        ...(scenario === 'think' ? { thinkingConfig: { includeThoughts: true } } : {}),
        ...(scenario === 'parallel' ? { tools: [{ functionDeclarations: declared.map((t) => ({ name: t.name, description: t.description, parametersJsonSchema: t.schema })) }] } : {}),
      },
    };
    // This SDK has no accumulator: its chunks are the whole answer's parts in order.
    const chunks = [];
    if (stream) {
      for await (const chunk of await client.models.generateContentStream(request)) {
        chunks.push(chunk);
      }
    } else {
      chunks.push(await client.models.generateContent(request));
    }
    const parts = chunks.flatMap((c) => c.candidates?.[0]?.content?.parts ?? []);
    const usage = chunks.map((c) => c.usageMetadata).filter(Boolean).at(-1) ?? {};
    return {
      text: join_(parts.filter((p) => !p.thought).map((p) => p.text)),
      reasoning: join_(parts.filter((p) => p.thought).map((p) => p.text)),
      signed: parts.some((p) => p.thoughtSignature),
      toolCalls: chunks.flatMap((c) => c.functionCalls ?? []).map((c) => ({ id: c.id ?? null, name: c.name, arguments: JSON.stringify(c.args ?? {}) })),
      usage: { input: usage.promptTokenCount, output: (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0), cached: usage.cachedContentTokenCount ?? 0 },
      stop: chunks.map((c) => c.candidates?.[0]?.finishReason).filter(Boolean).at(-1) ?? null,
    };
  },

  'ai-anthropic': ({ url, key, ...rest }) => ai(rest, async (model) => (await load('@ai-sdk/anthropic')).createAnthropic({ baseURL: `${url}/v1`, apiKey: key })(model),
    { anthropic: { thinking: { type: 'enabled', budgetTokens: 1024 } } }),
  'ai-openai': ({ url, key, ...rest }) => ai(rest, async (model) => (await load('@ai-sdk/openai')).createOpenAI({ baseURL: `${url}/v1`, apiKey: key })(model),
    { openai: { reasoningSummary: 'auto', forceReasoning: true } }),
  'ai-compatible': ({ url, key, ...rest }) => ai(rest, async (model) => (await load('@ai-sdk/openai-compatible')).createOpenAICompatible({ name: 'router', baseURL: `${url}/v1`, apiKey: key, includeUsage: true })(model)),
  'ai-google': ({ url, key, ...rest }) => ai(rest, async (model) => (await load('@ai-sdk/google')).createGoogleGenerativeAI({ baseURL: `${url}/v1beta`, apiKey: key })(model),
    { google: { thinkingConfig: { includeThoughts: true } } }),
};

async function ai({ model, stream, scenario }, make, thinking) {
  const { generateText, streamText, tool, jsonSchema } = await load('ai');
  let failure;
  const request = {
    model: await make(model), prompt, maxRetries: 0, onError: ({ error }) => { failure = error; },
    ...(scenario === 'think' && thinking ? { providerOptions: thinking } : {}),
    // Without execute(): the calls are the end of the answer.
    ...(scenario === 'parallel' ? { tools: Object.fromEntries(declared.map((t) => [t.name, tool({ description: t.description, inputSchema: jsonSchema(t.schema) })])) } : {}),
  };
  const run = stream ? streamText(request) : await generateText(request);
  const settled = await Promise.allSettled([run.text, run.reasoningText, run.toolCalls, run.usage, run.finishReason, run.reasoning]);
  const broken = failure ?? settled.find((s) => s.status === 'rejected')?.reason;
  if (broken) {
    throw broken;
  }
  const [text, reasoning, calls, usage, stop, parts] = settled.map((s) => s.value);
  return {
    text, reasoning: reasoning ?? '',
    signed: JSON.stringify(parts ?? []).match(/"(signature|reasoningEncryptedContent|thoughtSignature)":"[^"]/) != null,
    toolCalls: calls.map((c) => ({ id: c.toolCallId, name: c.toolName, arguments: JSON.stringify(c.input) })),
    usage: { input: usage.inputTokens, output: usage.outputTokens, cached: usage.inputTokenDetails?.cacheReadTokens ?? usage.cachedInputTokens ?? 0 },
    stop,
  };
}

async function ask(options) {
  try {
    const sdk = sdks[options.sdk];
    if (!sdk) {
      throw new Error(`no SDK ${options.sdk}; there are ${Object.keys(sdks).join(', ')}`);
    }
    const limit = new Promise((_, reject) => { setTimeout(() => reject(new Error('no answer within 30 s')), 30_000).unref(); });
    return await Promise.race([sdk({ ...options, url: options.url.replace(/\/+$/, '') }), limit]);
  } catch (error) {
    return { error: `${error?.name ?? 'Error'}: ${error?.message ?? error}` };
  }
}

const text = { type: 'string' };
const flag = { type: 'boolean', default: false };
const { values } = parseArgs({ options: { sdk: text, url: text, key: { ...text, default: 'key' }, model: text, scenario: { ...text, default: 'text' }, stream: flag, whole: flag, batch: text } });
process.removeAllListeners('warning');
const batch = values.batch ? JSON.parse(readFileSync(values.batch, 'utf8')) : [{ ...values, stream: values.stream && !values.whole }];
const answers = new Array(batch.length);
const todo = batch.entries();
await Promise.all(Array.from({ length: atOnce }, async () => {
  for (const [index, options] of todo) {
    answers[index] = await ask(options);
  }
}));
process.stdout.write(answers.map((answer) => JSON.stringify(answer) + '\n').join(''), () => process.exit(!values.batch && answers[0].error ? 1 : 0));
