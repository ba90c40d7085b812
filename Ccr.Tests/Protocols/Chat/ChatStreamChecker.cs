using System.Text;
using System.Text.Json;

namespace Ccr.Tests.Protocols.Chat;

/// <summary>Reads a Chat Completions stream as strictly as the accumulators of OpenAI's SDKs and the coding agents do, and fails where they would.</summary>
internal sealed class ChatStreamChecker
{
    private static readonly string[] Reasons = ["stop", "length", "tool_calls", "content_filter"];
    private string? _identity;
    private bool _sawRole;
    private bool _sawUsage;

    public StringBuilder Text { get; } = new();

    public StringBuilder Reasoning { get; } = new();

    public List<(string Id, string Type, string Name, string Arguments)> Calls { get; } = [];

    public List<JsonElement> Details { get; } = [];

    public List<JsonElement> Annotations { get; } = [];

    public string? Finish { get; private set; }

    public JsonElement? Usage { get; private set; }

    public JsonElement? Error { get; private set; }

    public int Comments { get; private set; }

    public bool IsDone { get; private set; }

    /// <summary>Checks a whole stream, from its first byte to its last.</summary>
    public static ChatStreamChecker Check(ReadOnlySpan<byte> stream, bool includeUsage = true, bool validArguments = true)
    {
        var text = new UTF8Encoding(false, true).GetString(stream);
        var checker = new ChatStreamChecker();
        Assert.EndsWith("\n\n", text, StringComparison.Ordinal);
        foreach (var frame in text[..^2].Split("\n\n"))
        {
            Assert.False(checker.IsDone, "something after [DONE]");
            Assert.Null(checker.Error);
            checker.Frame(frame);
        }

        if (checker.Error is not null)
        {
            Assert.False(checker.IsDone, "[DONE] after an error");
            return checker;
        }

        Assert.True(checker.IsDone, "no [DONE]");
        Assert.True(checker._sawRole, "missing role for choice 0");
        Assert.Contains(checker.Finish, Reasons);
        Assert.Equal(includeUsage, checker._sawUsage);
        foreach (var (_, type, name, arguments) in checker.Calls)
        {
            Assert.NotEmpty(name);
            if (validArguments && type == "function" && checker.Finish == "tool_calls")
            {
                using var json = JsonDocument.Parse(arguments);
                Assert.Equal(JsonValueKind.Object, json.RootElement.ValueKind);
            }
        }

        return checker;
    }

    private void Frame(string frame)
    {
        if (frame.StartsWith(':'))
        {
            Assert.DoesNotContain('\n', frame);
            Comments++;
            return;
        }

        Assert.StartsWith("data: ", frame, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', frame);
        var data = frame["data: ".Length..];
        if (data == "[DONE]")
        {
            IsDone = true;
            return;
        }

        var chunk = JsonDocument.Parse(data).RootElement;
        if (chunk.TryGetProperty("error", out var error))
        {
            Assert.Equal(JsonValueKind.String, error.GetProperty("message").ValueKind);
            Error = error;
            return;
        }

        Assert.Equal("chat.completion.chunk", chunk.GetProperty("object").GetString());
        var identity = $"{chunk.GetProperty("id").GetString()} {chunk.GetProperty("model").GetString()} {chunk.GetProperty("created").GetInt64()}";
        Assert.Equal(_identity ??= identity, identity);
        Assert.False(_sawUsage, "a chunk after the usage");
        if (chunk.TryGetProperty("usage", out var usage))
        {
            _sawUsage = true;
            Usage = usage;
            Assert.Equal(usage.GetProperty("prompt_tokens").GetInt64() + usage.GetProperty("completion_tokens").GetInt64(), usage.GetProperty("total_tokens").GetInt64());
            Assert.Equal(0, chunk.GetProperty("choices").GetArrayLength());
            Assert.NotNull(Finish);
            return;
        }

        Assert.Null(Finish);
        var choice = Assert.Single(chunk.GetProperty("choices").EnumerateArray());
        Assert.Equal(0, choice.GetProperty("index").GetInt32());
        Finish = choice.GetProperty("finish_reason").GetString();
        Delta(choice.GetProperty("delta"));
    }

    private void Delta(JsonElement delta)
    {
        if (delta.TryGetProperty("role", out var role))
        {
            Assert.Equal("assistant", role.GetString());
            _sawRole = true;
        }

        Assert.True(_sawRole, "the first chunk has no role");
        Text.Append(delta.TryGetProperty("content", out var content) ? content.GetString() : "");
        Reasoning.Append(delta.TryGetProperty("reasoning_content", out var reasoning) ? reasoning.GetString() : "");
        Details.AddRange(List(delta, "reasoning_details"));
        Annotations.AddRange(List(delta, "annotations"));
        foreach (var call in List(delta, "tool_calls"))
        {
            Call(call);
        }
    }

    private void Call(JsonElement call)
    {
        var index = call.GetProperty("index").GetInt32();
        Assert.InRange(index, 0, Calls.Count);
        if (index == Calls.Count)
        {
            var type = call.GetProperty("type").GetString()!;
            var body = call.GetProperty(type);
            Calls.Add((call.GetProperty("id").GetString()!, type, body.GetProperty("name").GetString()!, body.GetProperty(type == "custom" ? "input" : "arguments").GetString()!));
            return;
        }

        // Later pieces: nothing that could change what is known.
        Assert.False(call.TryGetProperty("id", out _));
        Assert.Equal(Calls.Count - 1, index);
        var known = Calls[index];
        Calls[index] = known with { Arguments = known.Arguments + call.GetProperty(known.Type).GetProperty(known.Type == "custom" ? "input" : "arguments").GetString() };
    }

    private static JsonElement.ArrayEnumerator List(JsonElement delta, string name) => delta.TryGetProperty(name, out var list) ? list.EnumerateArray() : default;
}
