using System.Text.Json;
using System.Text.Unicode;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;

namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>A client's request, damaged, to a provider of a random dialect: it is refused with its own exception or becomes a request that the provider takes.</summary>
internal sealed class RequestTarget(Dialect dialect, FuzzCorpus corpus) : FuzzTarget($"request-{dialect}")
{
    private static readonly string[][] Models =
    [
        ["claude-haiku-4-5", "claude-opus-4-6", "claude-opus-5", "claude-3-5-sonnet", "glm-4.6"],
        ["gpt-4o", "gpt-5", "deepseek-chat", "deepseek-reasoner", "mistral-large", "kimi-k2", "qwen3", "minimax-m2", "claude-sonnet-4-5"],
        ["gpt-5", "gpt-4o", "gpt-5.1-codex", "o3"],
        ["gemini-2.5-flash", "gemini-3-pro", "gemini-2.0-flash", "gemini-2.5-pro"],
    ];

    public override byte[] Generate(Random random)
    {
        if (random.Next(100) == 0)
        {
            return ByteMutator.Garbage(random);
        }

        var all = corpus.Requests(dialect);
        var body = all[random.Next(all.Count)];
        for (var i = random.Next(3) == 0 ? random.Next(2, 8) : 1; i > 0; i--)
        {
            body = random.Next(12) == 0 ? ByteMutator.Mutate(body, random) : JsonMutator.Mutate(body, random);
        }

        return body;
    }

    public override void Check(byte[] input, int seed)
    {
        try
        {
            FuzzClients.Peek(dialect, input);
        }
        catch (RequestFormatException)
        {
            // Refused, as it should be; what a decoder thinks of it is another question.
        }

        CanonicalRequest request;
        try
        {
            request = FuzzClients.Decode(dialect, input);
        }
        catch (RequestFormatException)
        {
            return;
        }

        var provider = (Dialect)(seed / 4 % 4);
        var target = new TargetOptions("p", Models[(int)provider][seed / 16 % Models[(int)provider].Length])
        {
            IsVertex = seed % 7 == 0,
            IsChatGptBackend = seed % 11 == 0,
            KeepCacheControl = seed % 5 == 0,
        };
        if (Encode(provider, request, target, input.Length) is not { } first)
        {
            return;
        }

        if (provider == dialect)
        {
            var second = Encode(provider, FuzzClients.Decode(dialect, first), target, input.Length) ?? throw new FuzzFault("its own request is refused");
            if (first.AsSpan().SequenceEqual(second))
            {
                return;
            }

            // What the model does not take may be said in another way the first time; then it must stay.
            var third = Encode(provider, FuzzClients.Decode(dialect, second), target, input.Length) ?? throw new FuzzFault("its own request is refused");
            if (!second.AsSpan().SequenceEqual(third))
            {
                throw new FuzzFault($"a third round gives other bytes: {Difference(second, third)}");
            }
        }
    }

    private static byte[]? Encode(Dialect provider, CanonicalRequest request, TargetOptions target, int length)
    {
        var output = new BoundedWriter((length * 20) + 100_000);
        try
        {
            FuzzClients.Encode(provider, request, target, output, new());
        }
        catch (RequestFormatException)
        {
            return null;
        }

        var bytes = output.WrittenSpan.ToArray();
        Hold(Utf8.IsValid(bytes), $"{provider}: not valid UTF-8");
        try
        {
            using var document = JsonDocument.Parse(bytes, new() { MaxDepth = 400 });
            if (RequestRules.Broken(provider, document.RootElement) is { } broken)
            {
                throw new FuzzFault($"{provider}: {broken}\n   {System.Text.Encoding.UTF8.GetString(bytes)}");
            }
        }
        catch (JsonException e)
        {
            throw new FuzzFault($"{provider}: {e.Message}\n   {System.Text.Encoding.UTF8.GetString(bytes)}");
        }

        return bytes;
    }

    private static string Difference(byte[] first, byte[] second)
    {
        var at = first.AsSpan().CommonPrefixLength(second);
        var from = Math.Max(0, at - 60);
        return $"\n   {Part(first, from)}\n   {Part(second, from)}";
    }

    private static string Part(byte[] bytes, int from) => System.Text.Encoding.UTF8.GetString(bytes, from, Math.Min(200, bytes.Length - from));
}
