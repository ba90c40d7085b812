using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.OpenAIChat;
using Ccr.Protocols.Requests;
using Ccr.Tests.Parts;

namespace Ccr.Tests.Protocols.Chat;

/// <summary>Properties that must hold for every conversation and every answer.</summary>
public class ChatPropertyTests
{
    [Fact]
    public void A_conversation_written_as_a_chat_request_and_read_again_says_the_same()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var request = new ConversationGenerator(seed).Request(Dialect.OpenAIChat, thinking: false);
            var output = new ArrayBufferWriter<byte>();
            ChatRequestEncoder.Encode(request, new TargetOptions("p", "gpt-4o"), output, new());
            var again = ChatRequestDecoder.Decode(output.WrittenMemory);
            Assert.Equal($"{seed}\n{ConversationGenerator.Describe(request)}", $"{seed}\n{ConversationGenerator.Describe(again)}");
            Assert.Equal(request.Stream, again.Stream);
            Assert.Equal(request.MaxTokens, again.MaxTokens);
        }
    }

    [Fact]
    public void An_answer_written_as_a_stream_and_read_again_is_the_same()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var expected = new MessageReducer();
            ConversationGenerator.Answer(seed, expected);
            var output = new ArrayBufferWriter<byte>();
            ConversationGenerator.Answer(seed, new ChatStreamEncoder(output, "chatcmpl-1", "m", 1, true));
            var stream = ChatStreamChecker.Check(output.WrittenSpan);
            Assert.Equal(expected.Text, stream.Text.ToString());
            Assert.Equal(expected.Reasoning, stream.Reasoning.ToString());

            var again = new MessageReducer();
            using var decoder = new ChatStreamDecoder(again, "p");
            var random = new Random(seed);
            for (var at = 0; at < output.WrittenCount;)
            {
                var length = Math.Min(random.Next(1, 60), output.WrittenCount - at);
                decoder.Feed(output.WrittenSpan.Slice(at, length));
                at += length;
            }

            decoder.Complete();
            Same(expected, again);
        }
    }

    [Fact]
    public void An_answer_written_whole_and_read_again_is_the_same()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var expected = new MessageReducer();
            ConversationGenerator.Answer(seed, expected);
            var output = new ArrayBufferWriter<byte>();
            ConversationGenerator.Answer(seed, new ChatCompletionEncoder(output, "chatcmpl-1", "m", 1));
            using var json = JsonDocument.Parse(output.WrittenMemory);
            Assert.Equal("chat.completion", json.RootElement.GetProperty("object").GetString());
            var again = new MessageReducer();
            using var decoder = new ChatStreamDecoder(again, "p");
            decoder.DecodeWhole(output.WrittenSpan);
            Same(expected, again);
        }
    }

    [NeedsFact("fixtures")]
    public void Every_recorded_request_body_is_read_as_a_plain_reading_of_its_json_gives()
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var (line, _) in Recordings.Index("openai-chat"))
        {
            if (line.GetProperty("request").GetString() is not { } file || line.GetProperty("status").GetInt32() != 200)
            {
                continue;
            }

            var body = File.ReadAllBytes(Path.Combine(Environment.GetEnvironmentVariable("CCR_FIXTURES")!, file));
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.TryGetProperty("n", out var n) && n.ValueKind == JsonValueKind.Number && n.GetInt32() > 1)
            {
                Assert.Equal("n", Assert.Throws<RequestFormatException>(() => ChatRequestDecoder.Decode(body)).Path);
                continue;
            }

            count++;
            try
            {
                var request = ChatRequestDecoder.Decode(body);
                var (expected, actual) = (Plain(json.RootElement), Plain(request));
                if (expected != actual)
                {
                    wrong.Add($"{file}:\n{expected}--- but\n{actual}");
                }
            }
            catch (RequestFormatException e)
            {
                wrong.Add($"{file}: {e.Message}");
            }
        }

        Assert.True(count > 700, $"only {count} requests");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {count}\n" + string.Join('\n', wrong));
    }

    /// <summary>Texts, calls and results of a body, by another way of reading than the decoder's.</summary>
    private static string Plain(JsonElement body)
    {
        var lines = new StringBuilder();
        foreach (var message in body.GetProperty("messages").EnumerateArray())
        {
            var texts = message.TryGetProperty("content", out var content) ? Texts(content) : "";
            var role = message.GetProperty("role").GetString()!;
            lines.Append(role is "developer" ? "system" : role is "tool" ? "user" : role).Append(": ").AppendLine(texts);
            if (message.TryGetProperty("tool_call_id", out var id) && id.GetString() is { Length: > 0 } text)
            {
                lines.AppendLine(CultureInfo.InvariantCulture, $"answers {text}");
            }

            if (message.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array)
            {
                foreach (var call in calls.EnumerateArray())
                {
                    var function = call.GetProperty("function");
                    var arguments = function.GetProperty("arguments").GetString()!;
                    lines.AppendLine(CultureInfo.InvariantCulture, $"calls {call.GetProperty("id").GetString()} {function.GetProperty("name").GetString()} {(arguments is "" or "null" ? "{}" : arguments)}");
                }
            }
        }

        return lines.ToString();

        static string Texts(JsonElement content) => content.ValueKind switch
        {
            JsonValueKind.String => content.GetString()!,
            JsonValueKind.Array => string.Concat(content.EnumerateArray().Select(p => p.ValueKind == JsonValueKind.Object && p.GetProperty("type").GetString() == "text" ? p.GetProperty("text").GetString() : "")),
            _ => "",
        };
    }

    private static string Plain(CanonicalRequest request)
    {
        var lines = new StringBuilder();
        foreach (var block in request.System)
        {
            lines.AppendLine(CultureInfo.InvariantCulture, $"system: {Text(block)}");
        }

        foreach (var message in request.Messages)
        {
            lines.Append(message.Role.ToString().ToLowerInvariant()).Append(": ");
            lines.AppendLine(string.Concat(message.Content.Select(Text)));
            foreach (var block in message.Content)
            {
                if (block is ToolResultBlock result)
                {
                    lines.AppendLine(CultureInfo.InvariantCulture, $"answers {result.ToolUseId}");
                }
                else if (block is ToolUseBlock call)
                {
                    lines.AppendLine(CultureInfo.InvariantCulture, $"calls {call.Id} {call.Name} {Encoding.UTF8.GetString(call.Input.Span)}");
                }
            }
        }

        return lines.ToString();

        static string Text(ContentBlock block) => block switch
        {
            TextBlock text => text.Text.ToString(),
            ToolResultBlock result => string.Concat(result.Content.Select(Text)),
            _ => "",
        };
    }

    private static void Same(MessageReducer expected, MessageReducer again)
    {
        Assert.Null(again.Failure);
        Assert.Equal(expected.Text, again.Text);
        Assert.Equal(expected.Reasoning, again.Reasoning);
        Assert.Equal(expected.Calls.Select(c => c with { Arguments = c.Arguments.Length == 0 ? "{}" : c.Arguments }), again.Calls);
        Assert.Equal(expected.Stop, again.Stop);
        Assert.Equal(expected.Counts, again.Counts);
    }
}
