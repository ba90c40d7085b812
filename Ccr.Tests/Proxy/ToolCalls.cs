using System.Text.Json;
using Ccr.Protocols.Canonical;

namespace Ccr.Tests.Proxy;

/// <summary>Calls of tools in all four dialects.</summary>
internal static class ToolCalls
{
    /// <summary>The names under which a provider was offered tools, those inside namespaces too.</summary>
    public static List<string> Names(Dialect provider, JsonElement request)
    {
        var tools = request.GetProperty("tools");
        return provider switch
        {
            Dialect.Anthropic => [.. tools.EnumerateArray().Select(t => t.GetProperty("name").GetString()!)],
            Dialect.OpenAIChat => [.. tools.EnumerateArray().Select(t => (t.TryGetProperty("function", out var f) ? f : t.GetProperty("custom")).GetProperty("name").GetString()!)],
            Dialect.OpenAIResponses => [.. tools.EnumerateArray().SelectMany(t => t.TryGetProperty("tools", out var inner) ? inner.EnumerateArray().ToArray() : [t]).Select(t => t.GetProperty("name").GetString()!)],
            _ => [.. tools.EnumerateArray().SelectMany(t => t.GetProperty("functionDeclarations").EnumerateArray()).Select(t => t.GetProperty("name").GetString()!)],
        };
    }

    /// <summary>A whole answer with calls; inputs are escaped JSON texts, those of Responses' custom tools plain escaped text.</summary>
    public static string Answer(Dialect provider, IReadOnlyList<(string Name, string Input)> calls, string before = "")
    {
        var items = calls.Select((c, i) => provider switch
        {
            Dialect.Anthropic => $$"""{"type":"tool_use","id":"toolu_{{i}}","name":"{{c.Name}}","input":{{Unescaped(c.Input)}}}""",
            Dialect.OpenAIChat => $$$"""{"id":"call_{{{i}}}","type":"function","function":{"name":"{{{c.Name}}}","arguments":"{{{c.Input}}}"}}""",
            Dialect.OpenAIResponses => c.Input.StartsWith('{')
                ? $$"""{"type":"function_call","id":"fc_{{i}}","call_id":"call_{{i}}","name":"{{c.Name}}","namespace":"mcp__docs","arguments":"{{c.Input}}","status":"completed"}"""
                : $$"""{"type":"custom_tool_call","id":"ctc_{{i}}","call_id":"call_{{i}}","name":"{{c.Name}}","input":"{{c.Input}}","status":"completed"}""",
            _ => $$$"""{"functionCall":{"name":"{{{c.Name}}}","args":{{{Unescaped(c.Input)}}}}{{{before}}}}""",
        });
        var list = string.Join(",", items);
        return provider switch
        {
            Dialect.Anthropic => $$$"""{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{{{list}}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":5}}""",
            Dialect.OpenAIChat => $$$"""{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null{{{before}}},"tool_calls":[{{{list}}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}}""",
            Dialect.OpenAIResponses => $$$"""{"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"m","output":[{{{list}}}],"usage":{"input_tokens":10,"output_tokens":5,"total_tokens":15}}""",
            _ => $$$"""{"candidates":[{"content":{"role":"model","parts":[{{{list}}}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":5,"totalTokenCount":15},"modelVersion":"m","responseId":"r1"}""",
        };
    }

    private static string Unescaped(string escaped) => JsonSerializer.Deserialize<string>($"\"{escaped}\"")!;
}
