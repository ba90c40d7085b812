using System.Text.Json;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Tests.Protocols.Anthropic;
using Ccr.Tests.Protocols.Chat;
using Ccr.Tests.Protocols.Gemini;
using Ccr.Tests.Protocols.Responses;

namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>
/// A provider's answer, damaged, to a client of a random dialect: the decoder neither throws nor breaks the grammar, splits change nothing, and what the
/// client gets is right in its dialect.
/// </summary>
internal sealed class AnswerTarget(Dialect dialect, bool isWhole, FuzzCorpus corpus) : FuzzTarget($"{(isWhole ? "whole" : "stream")}-{dialect}")
{
    public override byte[] Generate(Random random)
    {
        if (random.Next(50) == 0)
        {
            return ByteMutator.Garbage(random);
        }

        var all = isWhole ? corpus.Wholes(dialect) : corpus.Streams(dialect);
        var input = all[random.Next(all.Count)];
        if (!isWhole)
        {
            return StreamMutator.Mutate(input, all[random.Next(all.Count)], random);
        }

        for (var i = random.Next(1, 5); i > 0; i--)
        {
            input = random.Next(6) == 0 ? ByteMutator.Mutate(input, random) : JsonMutator.Mutate(input, random);
        }

        return input;
    }

    public override void Check(byte[] input, int seed)
    {
        var client = (Dialect)(seed % 4);
        var most = (input.Length * 40) + 100_000;
        var stream = new BoundedWriter(most);
        var whole = new BoundedWriter(most);
        var sink = new GrammarSink((input.Length * 8) + 1000, FuzzClients.Stream(client, stream, seed), FuzzClients.Whole(client, whole), whole);
        Play(sink, input, seed, split: false);
        if (!isWhole)
        {
            var again = new BoundedWriter(most);
            var other = new GrammarSink((input.Length * 8) + 1000, FuzzClients.Stream(client, again, seed));
            Play(other, input, seed, split: true);
            Hold(sink.Log.WrittenSpan.SequenceEqual(other.Log.WrittenSpan), "another message when the stream comes in other pieces");
            Hold(stream.WrittenSpan.SequenceEqual(again.WrittenSpan), "another stream when the stream comes in other pieces");
        }

        if (sink.Ended)
        {
            using var json = JsonDocument.Parse(whole.WrittenMemory, new() { MaxDepth = 1000 });
            Hold(json.RootElement.ValueKind == JsonValueKind.Object, "the whole answer is no object");
            Hold(System.Text.Unicode.Utf8.IsValid(whole.WrittenSpan), "the whole answer is not valid UTF-8");
        }

        Hold(System.Text.Unicode.Utf8.IsValid(stream.WrittenSpan), "the stream is not valid UTF-8");
        try
        {
            CheckStream(client, stream.WrittenSpan, sink.Ended, seed);
        }
        catch (InvalidOperationException e) when (e.Message.Contains("surrogate", StringComparison.Ordinal))
        {
            // A half of a pair that the provider sent goes on as it is: legal JSON, but nothing that the checker can read.
        }
    }

    private static void CheckStream(Dialect client, ReadOnlySpan<byte> stream, bool ended, int seed)
    {
        switch (client)
        {
            case Dialect.Anthropic:
                var anthropic = AnthropicStreamChecker.Check(stream, validArguments: false);
                Hold(anthropic.IsFinished && ended == (anthropic.Events[^1] == "message_stop"), "a stream to Anthropic's client that ends wrongly");
                using (var tap = new AnthropicStreamTap("p"))
                {
                    tap.Feed(stream);
                    tap.Complete();
                    Hold(tap.IsComplete == ended && tap.Error is null == ended, "the tap sees another end");
                }

                break;
            case Dialect.OpenAIChat:
                Hold(ChatStreamChecker.Check(stream, validArguments: false).Error is null == ended, "a stream to a Chat client that ends wrongly");
                break;
            case Dialect.OpenAIResponses:
                var responses = ResponsesStreamChecker.Check(stream);
                Hold(responses.Final is not null && ended == responses.Events[^1] is "response.completed" or "response.incomplete", "a stream to a Responses client that ends wrongly");
                break;
            default:
                if (FuzzClients.IsArray(seed))
                {
                    GeminiStreamChecker.CheckArray(stream, !ended);
                }
                else
                {
                    GeminiStreamChecker.CheckEvents(stream, !ended);
                }

                break;
        }
    }

    private void Play(GrammarSink sink, byte[] input, int seed, bool split)
    {
        using var decoder = FuzzClients.Decoder(dialect, sink);
        if (isWhole)
        {
            decoder.DecodeWhole(input);
        }
        else if (split)
        {
            var random = new Random(seed);
            var most = seed % 3 == 0 ? 2 : 400;
            for (var at = 0; at < input.Length;)
            {
                var size = Math.Min(random.Next(1, most), input.Length - at);
                decoder.Feed(input.AsSpan(at, size));
                at += size;
            }

            decoder.Complete();
        }
        else
        {
            decoder.Feed(input);
            decoder.Complete();
            decoder.Feed(input.AsSpan(0, input.Length / 2));
            decoder.Complete();
        }

        if (sink.Fault is { } fault)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
        }

        Hold(sink.IsFinished && decoder.IsFinished, "neither End nor Error");
    }
}
