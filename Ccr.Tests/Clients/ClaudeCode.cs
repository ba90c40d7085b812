using System.Text.Json;
using Ccr.Tests.Parts;

namespace Ccr.Tests.Clients;

/// <summary>Claude Code, headless, as a user runs it with ANTHROPIC_BASE_URL.</summary>
internal static class ClaudeCode
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    /// <summary>Runs one prompt to its end. The base URL is the origin: the client appends <c>/v1/messages</c> itself.</summary>
    public static async Task<AgentRun> RunAsync(Uri baseUrl, string key, string model, string prompt)
    {
        using var place = new CleanProcess();
        var environment = new Dictionary<string, string>
        {
            ["ANTHROPIC_BASE_URL"] = baseUrl.GetLeftPart(UriPartial.Authority),
            ["ANTHROPIC_API_KEY"] = key,
            // Root is refused without it.
            ["IS_SANDBOX"] = "1",
            ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1",
            ["DISABLE_TELEMETRY"] = "1",
            ["DISABLE_ERROR_REPORTING"] = "1",
            ["DISABLE_AUTOUPDATER"] = "1",
            ["DISABLE_BUG_COMMAND"] = "1",
        };
        string[] arguments = ["-p", prompt, "--output-format", "stream-json", "--verbose", "--model", model, "--dangerously-skip-permissions"];
        return Read(await place.RunAsync(Part.Program("claude")!, arguments, environment, Limit));
    }

    /// <summary>Reads the client's own account of the run: one JSON object a line.</summary>
    internal static AgentRun Read(ProcessOutcome process)
    {
        var calls = new List<(string Id, string Name, string Input)>();
        var results = new Dictionary<string, string>();
        var (succeeded, text) = (false, "(the client gave no result)");
        foreach (var line in process.Output.Split('\n').Where(l => l.StartsWith('{')))
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var type = Text(root, "type");
            if (type == "result")
            {
                succeeded = Text(root, "subtype") == "success" && !(root.TryGetProperty("is_error", out var wrong) && wrong.GetBoolean());
                text = Text(root, "result") ?? line;
            }
            else if (type is "assistant" or "user")
            {
                foreach (var block in Blocks(root))
                {
                    switch (Text(block, "type"))
                    {
                        case "tool_use":
                            calls.Add((Text(block, "id")!, Text(block, "name")!, block.GetProperty("input").GetRawText()));
                            break;
                        case "tool_result":
                            var content = block.GetProperty("content");
                            results[Text(block, "tool_use_id")!] = content.ValueKind == JsonValueKind.String ? content.GetString()! : content.GetRawText();
                            break;
                    }
                }
            }
        }

        var tools = calls.Select(c => new ToolUse(c.Name, c.Input, results.GetValueOrDefault(c.Id))).ToList();
        return new AgentRun(succeeded && process is { ExitCode: 0, TimedOut: false }, text, tools, process);
    }

    private static List<JsonElement> Blocks(JsonElement line) =>
        line.TryGetProperty("message", out var message) && message.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.Array ? [.. content.EnumerateArray()] : [];

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
