using System.Text;
using System.Text.Json;

namespace Ccr.Tests.Tokenization;

/// <summary>A coding agent's conversation that grows by a reading of a file in every turn.</summary>
internal static class Conversation
{
    private static readonly string[] Lines = Encoding.UTF8.GetString(Golden.Corpus("csharp.txt")).Split('\n');

    /// <summary>The request of a turn, from 1: the whole conversation up to there.</summary>
    public static byte[] Body(int turn)
    {
        var messages = new List<object> { new { role = "user", content = "Mend the tests of this repository, one file after the other, please; begin with the first." } };
        for (var i = 1; i < turn; i++)
        {
            messages.Add(new
            {
                role = "assistant",
                content = new object[]
                {
                    new { type = "text", text = $"Step {i}: I look at the file number {i} now, before I change anything in it." },
                    new { type = "tool_use", id = $"toolu_{i:D8}", name = "Read", input = new { file_path = $"/src/File{i}.cs", limit = 60 } },
                },
            });
            var text = string.Join('\n', Enumerable.Range(0, 12).Select(n => $"{n + 1}\t{Lines[((i * 7) + n) % Lines.Length]}"));
            messages.Add(new { role = "user", content = new[] { new { type = "tool_result", tool_use_id = $"toolu_{i:D8}", content = $"File{i}.cs\n{text}" } } });
        }

        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            model = "claude-sonnet-4-5",
            max_tokens = 32_000,
            system = string.Concat(Enumerable.Repeat("You are an agent that mends tests and says what it does. ", 40)),
            tools = new[] { new { name = "Read", description = "Reads a file.", input_schema = new { type = "object", properties = new { file_path = new { type = "string" }, limit = new { type = "number" } } } } },
            messages,
        });
    }
}
