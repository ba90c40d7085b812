using System.Text;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Tests.Protocols.Anthropic;

/// <summary>Whatever a client's history looks like, what is sent keeps the rules that Anthropic enforces with a 400.</summary>
public class AnthropicConversationFuzzTests
{
    private static readonly string[] Ids = ["a", "b", "functions.x:0", new string('l', 50), "c"];
    private static readonly string[] Texts = ["", " ", "\n", "words", "more words "];
    private static readonly string[] Models = ["claude-haiku-4-5", "claude-opus-4-6", "claude-opus-5", "glm-4.6"];

    [Fact]
    public void Any_history_becomes_one_that_Anthropic_takes()
    {
        for (var seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            var request = new CanonicalRequest { Dialect = (Dialect)random.Next(4), MaxTokens = random.Next(2) == 0 ? null : random.Next(1, 100_000) };
            request.Thinking = (ThinkingMode)random.Next(4);
            request.ThinkingBudget = request.Thinking == ThinkingMode.Enabled ? random.Next(1, 200_000) : null;
            for (var i = random.Next(8); i > 0; i--)
            {
                var role = (MessageRole)random.Next(3);
                request.Messages.Add(new(role, Enumerable.Range(0, random.Next(4)).Select(_ => Block(random, role)).ToList(), i));
            }

            var body = AnthropicRequestEncoderTests.Encode(request, Models[random.Next(Models.Length)]);
            using var document = JsonDocument.Parse(body);
            try
            {
                Check(document.RootElement);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Assert.Fail($"seed {seed}: {e.Message}\n{body}");
            }
        }
    }

    private static ContentBlock Block(Random random, MessageRole role)
    {
        var text = new TextBlock(EscapedText.From(Texts[random.Next(Texts.Length)]));
        return (role, random.Next(3)) switch
        {
            (MessageRole.Assistant, 0) => new ToolUseBlock(EscapedText.From(Ids[random.Next(Ids.Length)]), EscapedText.From("n"), new("{}"u8.ToArray())),
            (MessageRole.Assistant, 1) => new ThinkingBlock(EscapedText.From("t"), EscapedText.From(random.Next(2) == 0 ? "" : "S")),
            (MessageRole.User, 0 or 1) => new ToolResultBlock(EscapedText.From(Ids[random.Next(Ids.Length)]), [text], random.Next(2) == 0),
            _ => text,
        };
    }

    private static void Check(JsonElement body)
    {
        if (body.TryGetProperty("thinking", out var thinking) && thinking.TryGetProperty("budget_tokens", out var budget))
        {
            Assert.InRange(budget.GetInt64(), 1024, body.GetProperty("max_tokens").GetInt64() - 1);
        }

        var ids = new HashSet<string>();
        List<string> calls = [];
        var before = "";
        foreach (var message in body.GetProperty("messages").EnumerateArray())
        {
            var role = message.GetProperty("role").GetString()!;
            Assert.NotEqual(before, role);
            Assert.True(before.Length > 0 || role == "user", "does not begin with the person");
            before = role;
            var blocks = message.GetProperty("content").EnumerateArray().ToList();
            Assert.NotEmpty(blocks);
            var results = blocks.TakeWhile(b => b.GetProperty("type").GetString() == "tool_result").Select(b => b.GetProperty("tool_use_id").GetString()!).ToList();
            Assert.Equal(calls, results);
            calls = [];
            foreach (var block in blocks.Skip(results.Count))
            {
                switch (block.GetProperty("type").GetString())
                {
                    case "text":
                        Assert.False(string.IsNullOrWhiteSpace(block.GetProperty("text").GetString()));
                        break;
                    case "tool_result":
                        Assert.Fail("a result behind other blocks");
                        break;
                    case "tool_use":
                        Assert.Equal("assistant", role);
                        var id = block.GetProperty("id").GetString()!;
                        Assert.Matches("^[a-zA-Z0-9_-]{1,40}$", id);
                        Assert.True(ids.Add(id), "an id twice");
                        calls.Add(id);
                        break;
                }
            }
        }

        Assert.Empty(calls);
    }
}
