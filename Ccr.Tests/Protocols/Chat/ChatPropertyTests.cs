using System.Buffers;
using Ccr.Tests.Parts;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.OpenAIChat;
using Ccr.Protocols.Requests;

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
    public void Every_recorded_request_body_is_read_and_reads_the_same_after_it_was_written()
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var (line, _) in Recordings.Index("openai-chat"))
        {
            if (line.GetProperty("request").GetString() is not { } file || line.GetProperty("status").GetInt32() != 200)
            {
                continue;
            }

            count++;
            var body = File.ReadAllBytes(Path.Combine(Environment.GetEnvironmentVariable("CCR_FIXTURES")!, file));
            try
            {
                var request = ChatRequestDecoder.Decode(body);
                Assert.True(request.Messages.Count + request.System.Count > 0);
            }
            catch (Exception e)
            {
                wrong.Add($"{file}: {e.Message}");
            }
        }

        Assert.True(count > 300, $"only {count} requests");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {count}\n" + string.Join('\n', wrong));
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
