using System.Buffers;
using System.Text.Json;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Gemini;
using Ccr.Protocols.OpenAIChat;
using Ccr.Protocols.OpenAIResponses;
using Ccr.Protocols.Requests;

namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>What is mutated: answers and requests that are right, generated ones always and recorded ones where there are recordings.</summary>
internal sealed class FuzzCorpus
{
    private const int MostBytes = 12_000;
    private readonly List<byte[]>[] _streams = [[], [], [], []];
    private readonly List<byte[]>[] _wholes = [[], [], [], []];
    private readonly List<byte[]>[] _requests = [[], [], [], []];

    /// <summary>The error bodies of providers.</summary>
    public List<byte[]> Errors { get; } = ["{\"error\":{\"message\":\"m\",\"type\":\"t\",\"code\":\"c\"}}"u8.ToArray(), "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"m\"}}"u8.ToArray()];

    /// <summary>Generated inputs, and at most so many recorded ones of each kind from a folder.</summary>
    public static FuzzCorpus Load(string? folder, int most = int.MaxValue)
    {
        var corpus = new FuzzCorpus();
        for (var seed = 0; seed < 40; seed++)
        {
            foreach (var dialect in Enum.GetValues<Dialect>())
            {
                corpus.Generate(dialect, seed);
            }
        }

        if (folder is not null)
        {
            corpus.Read(folder, most);
        }

        return corpus;
    }

    /// <summary>Streams in the form of a provider.</summary>
    public List<byte[]> Streams(Dialect dialect) => _streams[(int)dialect];

    /// <summary>Whole answers of a provider.</summary>
    public List<byte[]> Wholes(Dialect dialect) => _wholes[(int)dialect];

    /// <summary>Bodies that clients send.</summary>
    public List<byte[]> Requests(Dialect dialect) => _requests[(int)dialect];

    private void Generate(Dialect dialect, int seed)
    {
        var stream = new ArrayBufferWriter<byte>();
        ConversationGenerator.Answer(seed, FuzzClients.Stream(dialect, stream, seed));
        Streams(dialect).Add(stream.WrittenSpan.ToArray());
        var whole = new ArrayBufferWriter<byte>();
        ConversationGenerator.Answer(seed, FuzzClients.Whole(dialect, whole));
        Wholes(dialect).Add(whole.WrittenSpan.ToArray());
        var body = new ArrayBufferWriter<byte>();
        var request = new ConversationGenerator(seed).Request(dialect, thinking: dialect == Dialect.Anthropic);
        FuzzClients.Encode(dialect, request, new TargetOptions("p", "m"), body, new());
        Requests(dialect).Add(body.WrittenSpan.ToArray());
    }

    private void Read(string folder, int most)
    {
        var counts = new Dictionary<(string, bool), int>();
        var requests = new HashSet<string>();
        foreach (var text in File.ReadLines(Path.Combine(folder, "index.jsonl")))
        {
            using var document = JsonDocument.Parse(text);
            var line = document.RootElement;
            var protocol = line.GetProperty("protocol").GetString()!;
            var dialect = protocol switch { "anthropic-messages" => Dialect.Anthropic, "openai-chat" => Dialect.OpenAIChat, "openai-responses" => Dialect.OpenAIResponses, _ => Dialect.Gemini };
            var isStream = line.GetProperty("stream").GetBoolean();
            if ((counts[(protocol, isStream)] = counts.GetValueOrDefault((protocol, isStream)) + 1) > most)
            {
                continue;
            }

            var bytes = File.ReadAllBytes(Path.Combine(folder, line.GetProperty("file").GetString()!));
            if (line.GetProperty("status").GetInt32() != 200)
            {
                Errors.Add(bytes);
            }
            else if (isStream)
            {
                Streams(dialect).Add(Short(bytes));
            }
            else if (bytes.Length <= MostBytes)
            {
                Wholes(dialect).Add(bytes);
            }

            if (line.TryGetProperty("request", out var request) && request.GetString() is { } file && requests.Add(file))
            {
                var body = File.ReadAllBytes(Path.Combine(folder, file));
                if (body.Length <= MostBytes)
                {
                    Requests(dialect).Add(body);
                }
            }
        }
    }

    /// <summary>The beginning and the end of a long stream, in whole frames.</summary>
    private static byte[] Short(byte[] stream)
    {
        if (stream.Length <= MostBytes)
        {
            return stream;
        }

        var frames = StreamMutator.Frames(stream).Where(f => f.Length < MostBytes).ToList();
        return [.. frames.Take(12).Concat(frames.Skip(Math.Max(12, frames.Count - 12))).SelectMany(f => f)];
    }
}
