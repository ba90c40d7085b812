using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>Calls whose names a provider changed, and wrappers of several calls with anything inside; and error bodies with anything inside.</summary>
internal sealed class ToolNamesTarget(FuzzCorpus corpus) : FuzzTarget("names-and-errors")
{
    private static readonly string[] Called = ["multi_tool_use.parallel", "parallel", "functions.Read", "default_api:Read", "read", "Read", "a_b", "mcp__x__y", "zz", "functions.", "é"];

    public override byte[] Generate(Random random)
    {
        var json = random.Next(3) == 0
            ? corpus.Errors[random.Next(corpus.Errors.Count)]
            : Encoding.UTF8.GetBytes($$$"""{"tool_uses":[{"recipient_name":"functions.Read","parameters":{{{new ConversationGenerator(random.Next()).Arguments()}}}},{"recipient_name":"a b","parameters":{"x":"é\n"}}]}""");
        for (var i = random.Next(4); i > 0; i--)
        {
            json = JsonMutator.Mutate(json, random);
        }

        return json;
    }

    public override void Check(byte[] input, int seed)
    {
        var error = ProviderErrorReader.Read((seed % 7) switch { 0 => 0, 1 => 200, 2 => 999, var n => 398 + n }, input, null, "p");
        Hold(error.Message.Length > 0, "an error without words");
        Hold(ProviderErrorReader.ReadEmbedded(input, "p").Message.Length > 0, "an error without words");

        var request = new CanonicalRequest();
        foreach (var name in (string[])["Read", "a b", "mcp__x__y", "A B", "é", "read_file"])
        {
            request.Tools.Add(new() { Name = EscapedText.From(name), Dialect = Dialect.Anthropic });
        }

        var message = new GrammarSink(10_000);
        var sink = new DeclaredToolNames(message, request);
        sink.Start("id"u8);
        for (var i = 0; i < 2; i++)
        {
            sink.BeginToolUse(Encoding.ASCII.GetBytes($"call_{i}"), Encoding.UTF8.GetBytes(Called[(seed + i) % Called.Length]));
            var text = Encoding.UTF8.GetString(input);
            var escaped = EscapedText.From(text).Span;
            if (!escaped.IsEmpty)
            {
                sink.ToolInput(escaped);
            }

            sink.EndBlock();
        }

        sink.End(StopReason.ToolUse, default);
        TextSinkReading.Of(message);
    }
}
