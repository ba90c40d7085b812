// The oracle of PackageComparisonTests: what @pydantic/genai-prices itself makes of each question.
// Usage: node prices.mjs PACKAGE_FOLDER < questions (one JSON object a line), answers likewise.
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { calcPrice } = await import(pathToFileURL(join(process.argv[2], 'dist', 'index.js')));
for await (const line of createInterface({ input: process.stdin })) {
  const { url, model, time, usage } = JSON.parse(line);
  const result = calcPrice(usage, model, { providerApiUrl: url, timestamp: new Date(time) });
  if (!result) {
    console.log(JSON.stringify({ found: false, known: false, cost: 0, isRounded: false }));
    continue;
  }

  // The package takes a missing price for zero; the router does not. This is its rule, on the package's own data.
  const price = result.model_price;
  const isFree = Object.keys(price).length === 0 && result.model.id.endsWith(':free') && !usage.web_searches;
  const known = isFree || (!(usage.input_tokens && price.input_mtok === undefined)
    && !(usage.output_tokens && price.output_mtok === undefined)
    && !(usage.web_searches && price.web_searches_kcount === undefined)
    && !(usage.cache_write_1h_tokens && price.cache_write_mtok !== undefined && price.cache_write_1h_mtok === undefined)
    && price.output_citation_mtok === undefined);
  const amounts = Object.values(price).flatMap(p => (typeof p === 'number' ? [p] : [p.base, ...p.tiers.map(t => t.price)]));
  console.log(JSON.stringify({ found: true, known, cost: result.total_price, isRounded: amounts.some(a => Number(a.toFixed(6)) !== a) }));
}
