using System.Text.RegularExpressions;
using Ccr.Protocols.Canonical;

namespace Ccr.Tests.Proxy;

/// <summary>A second turn of a client that keeps nothing but the call and its id.</summary>
internal static partial class Replay
{
    /// <summary>The declaration of a tool "look".</summary>
    public static string Tools(Dialect client) => client switch
    {
        Dialect.Anthropic => ",\"tools\":[{\"name\":\"look\",\"input_schema\":{\"type\":\"object\",\"properties\":{}}}]",
        Dialect.OpenAIChat => ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look\",\"parameters\":{\"type\":\"object\",\"properties\":{}}}}]",
        Dialect.OpenAIResponses => ",\"tools\":[{\"type\":\"function\",\"name\":\"look\",\"parameters\":{\"type\":\"object\",\"properties\":{}}}]",
        _ => ",\"tools\":[{\"functionDeclarations\":[{\"name\":\"look\",\"parameters\":{\"type\":\"object\",\"properties\":{}}}]}]",
    };

    public static string SecondTurn(Dialect client, string model, string first)
    {
        var id = (client switch
        {
            Dialect.Anthropic => AnthropicId(),
            Dialect.OpenAIChat => ChatId(),
            Dialect.OpenAIResponses => ResponsesId(),
            _ => GeminiId(),
        }).Match(first).Groups[1].Value;
        Assert.True(id.Length > 0 || client == Dialect.Gemini, first);
        return client switch
        {
            Dialect.Anthropic => $$$$"""{"model":"{{{{model}}}}","max_tokens":100,"messages":[{"role":"user","content":"go"},{"role":"assistant","content":[{"type":"tool_use","id":"{{{{id}}}}","name":"look","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"{{{{id}}}}","content":"seen"}]}]{{{{Tools(client)}}}}}""",
            Dialect.OpenAIChat => $$$$"""{"model":"{{{{model}}}}","messages":[{"role":"user","content":"go"},{"role":"assistant","content":null,"tool_calls":[{"id":"{{{{id}}}}","type":"function","function":{"name":"look","arguments":"{}"}}]},{"role":"tool","tool_call_id":"{{{{id}}}}","content":"seen"}]{{{{Tools(client)}}}}}""",
            Dialect.OpenAIResponses => $$$$"""{"model":"{{{{model}}}}","input":[{"role":"user","content":"go"},{"type":"function_call","call_id":"{{{{id}}}}","name":"look","arguments":"{}"},{"type":"function_call_output","call_id":"{{{{id}}}}","output":"seen"}]{{{{Tools(client)}}}}}""",
            _ => $$$$"""{"contents":[{"role":"user","parts":[{"text":"go"}]},{"role":"model","parts":[{"functionCall":{"id":"{{{{id}}}}","name":"look","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"id":"{{{{id}}}}","name":"look","response":{"output":"seen"}}}]}]{{{{Tools(client)}}}}}""",
        };
    }

    [GeneratedRegex("\"type\":\"tool_use\",\"id\":\"([^\"]+)\"")]
    private static partial Regex AnthropicId();

    [GeneratedRegex("\"tool_calls\":\\[\\{(?:\"index\":0,)?\"id\":\"([^\"]+)\"")]
    private static partial Regex ChatId();

    [GeneratedRegex("\"call_id\":\"([^\"]+)\"")]
    private static partial Regex ResponsesId();

    [GeneratedRegex("\"functionCall\":\\{[^}]*\"id\":\"([^\"]+)\"")]
    private static partial Regex GeminiId();
}
