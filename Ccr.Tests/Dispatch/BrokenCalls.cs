using System.Text;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Sse;

namespace Ccr.Tests.Dispatch;

/// <summary>A call of the tool "read" that breaks off, in all four dialects.</summary>
internal static class BrokenCalls
{
    /// <summary>The tool as a client declares it, with a comma before it.</summary>
    public static string Declared(Dialect client) => client switch
    {
        Dialect.Anthropic => ",\"tools\":[{\"name\":\"read\",\"input_schema\":{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"}}}}]",
        Dialect.OpenAIChat => ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"read\",\"parameters\":{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"}}}}}]",
        Dialect.OpenAIResponses => ",\"tools\":[{\"type\":\"function\",\"name\":\"read\",\"parameters\":{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"}}}}]",
        _ => ",\"tools\":[{\"functionDeclarations\":[{\"name\":\"read\",\"parameters\":{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"}}}}]}]",
    };

    /// <summary>What follows the text: the call's beginning, and what completes it {"path":"a"}. Gemini's calls come whole.</summary>
    public static (string[] Begun, string[] Completed) Frames(Dialect provider) => provider switch
    {
        Dialect.Anthropic => (
            [Event("content_block_stop", "\"index\":0"), Event("content_block_start", "\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_a\",\"name\":\"read\",\"input\":{}}"), AnthropicInput("{\\\"path\\\":")],
            [AnthropicInput("\\\"a\\\"}"), Event("content_block_stop", "\"index\":1")]),
        Dialect.OpenAIChat => (
            [ChatCall(0, "call_a", "{\\\"path\\\":")],
            [ChatCall(0, null, "\\\"a\\\"}"), ChatCall(1, "call_x", "")]),
        Dialect.OpenAIResponses => (
            [
                Event("response.output_text.done", "\"sequence_number\":4,\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"text\":\"Hello\""),
                Event("response.content_part.done", "\"sequence_number\":5,\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"part\":{\"type\":\"output_text\",\"text\":\"Hello\",\"annotations\":[]}"),
                Event("response.output_item.done", "\"sequence_number\":6,\"output_index\":0,\"item\":{\"type\":\"message\",\"id\":\"msg_1\",\"status\":\"completed\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"Hello\",\"annotations\":[]}]}"),
                Event("response.output_item.added", "\"sequence_number\":7,\"output_index\":1,\"item\":{\"type\":\"function_call\",\"id\":\"fc_a\",\"call_id\":\"call_a\",\"name\":\"read\",\"arguments\":\"\",\"status\":\"in_progress\"}"),
                Event("response.function_call_arguments.delta", "\"sequence_number\":8,\"item_id\":\"fc_a\",\"output_index\":1,\"delta\":\"{\\\"path\\\":\""),
            ],
            [
                Event("response.function_call_arguments.delta", "\"sequence_number\":9,\"item_id\":\"fc_a\",\"output_index\":1,\"delta\":\"\\\"a\\\"}\""),
                Event("response.function_call_arguments.done", "\"sequence_number\":10,\"item_id\":\"fc_a\",\"output_index\":1,\"arguments\":\"{\\\"path\\\":\\\"a\\\"}\""),
                Event("response.output_item.done", "\"sequence_number\":11,\"output_index\":1,\"item\":{\"type\":\"function_call\",\"id\":\"fc_a\",\"call_id\":\"call_a\",\"name\":\"read\",\"arguments\":\"{\\\"path\\\":\\\"a\\\"}\",\"status\":\"completed\"}"),
            ]),
        _ => ([], ["data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"name\":\"read\",\"args\":{\"path\":\"a\"}}}]},\"index\":0}],\"modelVersion\":\"m\",\"responseId\":\"r1\"}\n\n"]),
    };

    /// <summary>A whole Chat stream that is one call.</summary>
    public static string[] Chat(string id, string escapedArguments) =>
    [
        ChatCall(0, id, escapedArguments),
        "data: {\"id\":\"chatcmpl-2\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n",
        "data: [DONE]\n\n",
    ];

    /// <summary>The arguments of all calls that a client got.</summary>
    public static List<string> Read(Dialect client, string body)
    {
        var reader = new Reader(client);
        using var decoder = new SseDecoder();
        decoder.Feed(Encoding.UTF8.GetBytes(body), reader);
        return reader.Calls.Values.Where(static c => c.Length > 0).ToList();
    }

    private static string Event(string type, string members) => $"event: {type}\ndata: {{\"type\":\"{type}\",{members}}}\n\n";

    private static string AnthropicInput(string escaped) => Event("content_block_delta", $"\"index\":1,\"delta\":{{\"type\":\"input_json_delta\",\"partial_json\":\"{escaped}\"}}");

    private static string ChatCall(int index, string? id, string arguments) =>
        $"data: {{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{{\"index\":0,\"delta\":{{\"tool_calls\":[{{\"index\":{index}{(id is null ? "" : $",\"id\":\"{id}\",\"type\":\"function\"")},\"function\":{{{(id is null ? "" : "\"name\":\"read\",")}\"arguments\":\"{arguments}\"}}}}]}},\"finish_reason\":null}}]}}\n\n";

    private sealed class Reader(Dialect client) : ISseHandler
    {
        public SortedDictionary<int, string> Calls { get; } = [];

        public void OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
        {
            if (data.SequenceEqual("[DONE]"u8))
            {
                return;
            }

            var json = JsonDocument.Parse(data.ToArray()).RootElement;
            switch (client)
            {
                case Dialect.Anthropic when json.TryGetProperty("delta", out var delta) && delta.TryGetProperty("partial_json", out var input):
                    Add(json.GetProperty("index").GetInt32(), input.GetString()!);
                    break;
                case Dialect.OpenAIChat when json.GetProperty("choices") is var choices && choices.GetArrayLength() > 0 && choices[0].GetProperty("delta").TryGetProperty("tool_calls", out var calls):
                    Add(calls[0].GetProperty("index").GetInt32(), calls[0].GetProperty("function").GetProperty("arguments").GetString()!);
                    break;
                case Dialect.OpenAIResponses when json.GetProperty("type").GetString() == "response.output_item.done" && json.GetProperty("item").TryGetProperty("arguments", out var arguments):
                    Add(json.GetProperty("output_index").GetInt32(), arguments.GetString()!);
                    break;
                case Dialect.Gemini when json.TryGetProperty("candidates", out var candidates) && candidates[0].TryGetProperty("content", out var content):
                    foreach (var part in content.GetProperty("parts").EnumerateArray())
                    {
                        if (part.TryGetProperty("functionCall", out var call))
                        {
                            Add(Calls.Count, call.GetProperty("args").GetRawText());
                        }
                    }

                    break;
            }
        }

        private void Add(int index, string piece) => Calls[index] = Calls.GetValueOrDefault(index, "") + piece;
    }
}
