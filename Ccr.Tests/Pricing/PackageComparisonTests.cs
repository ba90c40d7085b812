using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccr.ProxyService.Pricing;
using Ccr.ProxyService.Usage;
using Ccr.Tests.Parts;

namespace Ccr.Tests.Pricing;

/// <summary>The package that the prices come from has a calculator of its own: both must say the same.</summary>
public sealed class PackageComparisonTests
{
    private const int Questions = 1000;

    private readonly PriceBook _book = new();

    [NeedsFact("node", "npm:@pydantic/genai-prices")]
    public async Task Costs_are_those_of_the_packages_own_calculator()
    {
        var random = new Random(20260923);
        var addresses = await ReadAddressesAsync();
        var asked = new List<(string Url, string Model, DateTimeOffset At, TokenUsage Tokens)>();
        var input = new StringBuilder();
        for (var i = 0; i < Questions; i++)
        {
            var provider = _book.Table.Providers[random.Next(_book.Table.Providers.Count)];
            var name = provider.Models[random.Next(provider.Models.Count)].Id;
            name = random.Next(10) switch { 0 => name.ToUpperInvariant(), 1 => name + "-20260301", 2 => name + "-2026-03-01", 3 => name + "-x", _ => name };
            var question = (addresses[provider.Id], name, new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(random.Next(3 * 365 * 24 * 60)), Tokens(random));
            asked.Add(question);
            input.Append(Question(question)).Append('\n');
        }

        var output = await NodeScript.RunAsync("Ccr.Tests/Pricing/prices.mjs", [Part.NodePackage("@pydantic/genai-prices")!], input.ToString());
        var answers = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(asked.Count, answers.Count);
        var priced = 0;
        for (var i = 0; i < asked.Count; i++)
        {
            var (url, model, at, tokens) = asked[i];
            var cost = _book.Find(url, model, at) is { } price ? Cost.Of(price, tokens) : null;
            var question = $"{asked[i]}: {answers[i].ToJsonString()}, but {cost}";
            if (!(bool)answers[i]["known"]!)
            {
                Assert.True(cost is null, question);
                continue;
            }

            // The package adds binary fractions; its own prices of more than six decimals are cut here.
            var expected = (double)answers[i]["cost"]!;
            var tolerance = expected * ((bool)answers[i]["isRounded"]! ? 1e-5 : 1e-13);
            Assert.True(cost is not null && Math.Abs((double)cost - expected) <= tolerance, question);
            priced++;
        }

        Assert.InRange(priced, 200, Questions - 50);
    }

    /// <summary>Small, large and huge inputs, with and without every kind of token.</summary>
    private static TokenUsage Tokens(Random random)
    {
        var input = random.NextInt64(1, random.Next(3) switch { 0 => 2_000, 1 => 300_000, _ => 1_500_000 });
        var read = random.Next(2) == 0 ? random.NextInt64(input) : 0;
        var write = random.Next(3) == 0 ? random.NextInt64(input - read) : 0;
        var output = random.Next(4) == 0 ? 0 : random.NextInt64(100_000);
        return new(input, read, write, output, random.Next(2) == 0 ? random.NextInt64(output + 1) : 0)
        {
            CacheWriteHour = random.Next(3) == 0 ? random.NextInt64(write + 1) : 0,
            WebSearches = random.Next(6) == 0 ? random.Next(5) : 0,
        };
    }

    private static string Question((string Url, string Model, DateTimeOffset At, TokenUsage Tokens) asked) => new JsonObject
    {
        ["url"] = asked.Url,
        ["model"] = asked.Model,
        ["time"] = asked.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        ["usage"] = new JsonObject
        {
            ["input_tokens"] = asked.Tokens.Input,
            ["cache_read_tokens"] = asked.Tokens.CacheRead,
            ["cache_write_tokens"] = asked.Tokens.CacheWrite,
            ["cache_write_1h_tokens"] = asked.Tokens.CacheWriteHour,
            ["output_tokens"] = asked.Tokens.Output,
            ["output_reasoning_tokens"] = asked.Tokens.Reasoning,
            ["web_searches"] = asked.Tokens.WebSearches,
        },
    }.ToJsonString();

    /// <summary>An address of each provider, made from the first of its rules.</summary>
    private static async Task<Dictionary<string, string>> ReadAddressesAsync()
    {
        using var table = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Part.Repository, "Ccr.ProxyService", "Pricing", "prices.json")));
        return table.RootElement.GetProperty("providers").EnumerateArray().ToDictionary(
            p => p.GetProperty("id").GetString()!,
            p => $"https://{p.GetProperty("at")[0].GetString()!.Replace("*", "x", StringComparison.Ordinal)}/v1/chat/completions");
    }
}
