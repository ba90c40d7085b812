using System.Text;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Sse;

namespace Ccr.Tests.Proxy;

/// <summary>One small conversation in all four dialects: how it is asked, answered, refused, and read.</summary>
internal static class Wire
{
    public const string ProviderKey = "provider-secret-key";

    public static readonly Dialect[] All = [Dialect.Anthropic, Dialect.OpenAIChat, Dialect.OpenAIResponses, Dialect.Gemini];

    /// <summary>Client, provider.</summary>
    public static TheoryData<Dialect, Dialect> Pairs
    {
        get
        {
            var pairs = new TheoryData<Dialect, Dialect>();
            foreach (var client in All)
            {
                foreach (var provider in All)
                {
                    pairs.Add(client, provider);
                }
            }

            return pairs;
        }
    }

    public static TheoryData<Dialect> Dialects => [.. All];

    /// <summary>The name of the provider of a dialect in <see cref="Config"/>.</summary>
    public static string Provider(Dialect dialect) => dialect switch { Dialect.Anthropic => "pa", Dialect.OpenAIChat => "pc", Dialect.OpenAIResponses => "pr", _ => "pg" };

    /// <summary>A configuration with one upstream as a provider of every dialect.</summary>
    public static string Config(Uri upstream, string more = "", string provider = "", string model = "m") => $$"""
        {
          "LOG": false, {{more}}
          "Providers": [
            { "name": "pa", "protocol": "anthropic", "api_base_url": "{{upstream}}v1/messages", "api_key": "{{ProviderKey}}", "models": ["{{model}}"] {{provider}} },
            { "name": "pc", "protocol": "openai", "api_base_url": "{{upstream}}v1/chat/completions", "api_key": "{{ProviderKey}}", "models": ["{{model}}"] {{provider}} },
            { "name": "pr", "protocol": "openai-responses", "api_base_url": "{{upstream}}v1/responses", "api_key": "{{ProviderKey}}", "models": ["{{model}}"] {{provider}} },
            { "name": "pg", "protocol": "gemini", "api_base_url": "{{upstream}}v1beta/models", "api_key": "{{ProviderKey}}", "models": ["{{model}}"] {{provider}} }
          ],
          "Router": { "default": "pa,{{model}}", "tierRetries": { "*": { "max_retries": 0 } } }
        }
        """;

    public static string Path(Dialect client, string model, bool stream) => client switch
    {
        Dialect.Anthropic => "/v1/messages",
        Dialect.OpenAIChat => "/v1/chat/completions",
        Dialect.OpenAIResponses => "/v1/responses",
        _ => $"/v1beta/models/{model}:{(stream ? "streamGenerateContent?alt=sse" : "generateContent")}",
    };

    /// <param name="client">The client's dialect.</param>
    /// <param name="model">The model, as "provider,model".</param>
    /// <param name="stream">Whether a stream is wanted.</param>
    /// <param name="more">Members more, each with a comma before it.</param>
    public static string Body(Dialect client, string model, bool stream, string more = "")
    {
        var flag = stream ? "true" : "false";
        return client switch
        {
            Dialect.Anthropic => $$"""{"model":"{{model}}","max_tokens":100,"stream":{{flag}},"messages":[{"role":"user","content":"go"}]{{more}}}""",
            Dialect.OpenAIChat => $$"""{"model":"{{model}}","stream":{{flag}},"messages":[{"role":"user","content":"go"}]{{more}}}""",
            Dialect.OpenAIResponses => $$"""{"model":"{{model}}","stream":{{flag}},"input":"go"{{more}}}""",
            _ => $$"""{"contents":[{"role":"user","parts":[{"text":"go"}]}]{{more}}}""",
        };
    }

    /// <summary>A whole answer "Hello world", 10 tokens in and 5 out.</summary>
    public static string Whole(Dialect provider, string text = "Hello world") => provider switch
    {
        Dialect.Anthropic => $$$"""{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"{{{text}}}"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":5}}""",
        Dialect.OpenAIChat => $$$"""{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"{{{text}}}"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}}""",
        Dialect.OpenAIResponses => Response(text),
        _ => $$$"""{"candidates":[{"content":{"role":"model","parts":[{"text":"{{{text}}}"}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":5,"totalTokenCount":15},"modelVersion":"m","responseId":"r1"}""",
    };

    /// <summary>The same as a stream; the first <see cref="BeforeContent"/> frames hold no content, the last two end it.</summary>
    public static string[] Frames(Dialect provider, string first = "Hello", string second = " world") => provider switch
    {
        Dialect.Anthropic =>
        [
            """
            event: message_start
            data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":1}}}


            """,
            "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
            $$$"""
            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{{{first}}}"}}


            """,
            $$$"""
            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{{{second}}}"}}


            """,
            "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\nevent: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"input_tokens\":10,\"output_tokens\":5}}\n\n",
            "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
        ],
        Dialect.OpenAIChat =>
        [
            ChatFrame("{\"role\":\"assistant\",\"content\":\"\"}", "null"),
            ChatFrame($"{{\"content\":\"{first}\"}}", "null"),
            ChatFrame($"{{\"content\":\"{second}\"}}", "null"),
            ChatFrame("{}", "\"stop\""),
            "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":15}}\n\n",
            "data: [DONE]\n\n",
        ],
        Dialect.OpenAIResponses =>
        [
            "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":1,\"status\":\"in_progress\",\"model\":\"m\",\"output\":[]}}\n\n",
            "event: response.output_item.added\ndata: {\"type\":\"response.output_item.added\",\"sequence_number\":1,\"output_index\":0,\"item\":{\"type\":\"message\",\"id\":\"msg_1\",\"status\":\"in_progress\",\"role\":\"assistant\",\"content\":[]}}\n\n"
            + "event: response.content_part.added\ndata: {\"type\":\"response.content_part.added\",\"sequence_number\":2,\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"part\":{\"type\":\"output_text\",\"text\":\"\",\"annotations\":[]}}\n\n",
            $"event: response.output_text.delta\ndata: {{\"type\":\"response.output_text.delta\",\"sequence_number\":3,\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"delta\":\"{first}\"}}\n\n",
            $"event: response.output_text.delta\ndata: {{\"type\":\"response.output_text.delta\",\"sequence_number\":4,\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"delta\":\"{second}\"}}\n\n",
            $"event: response.output_text.done\ndata: {{\"type\":\"response.output_text.done\",\"sequence_number\":5,\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"text\":\"{first}{second}\"}}\n\n"
            + $"event: response.output_item.done\ndata: {{\"type\":\"response.output_item.done\",\"sequence_number\":6,\"output_index\":0,\"item\":{{\"type\":\"message\",\"id\":\"msg_1\",\"status\":\"completed\",\"role\":\"assistant\",\"content\":[{{\"type\":\"output_text\",\"text\":\"{first}{second}\",\"annotations\":[]}}]}}}}\n\n",
            $"event: response.completed\ndata: {{\"type\":\"response.completed\",\"sequence_number\":7,\"response\":{Response(first + second)}}}\n\n",
        ],
        _ =>
        [
            ": a comment\n\n",
            GeminiFrame(first, ""),
            GeminiFrame(second, ""),
            ": another\n\n",
            GeminiFrame("", ",\"finishReason\":\"STOP\""),
        ],
    };

    /// <summary>How many of <see cref="Frames"/> come before the first content.</summary>
    public static int BeforeContent(Dialect provider) => provider is Dialect.Anthropic or Dialect.OpenAIResponses ? 2 : 1;

    /// <summary>An error of a provider as its dialect has it.</summary>
    public static string Error(Dialect provider, int status, string message) => provider switch
    {
        Dialect.Anthropic => $$$"""{"type":"error","error":{"type":"{{{AnthropicType(status)}}}","message":"{{{message}}}"},"request_id":"req_9"}""",
        Dialect.Gemini => $$$"""{"error":{"code":{{{status}}},"message":"{{{message}}}","status":"{{{GeminiStatus(status)}}}"}}""",
        _ => $$$"""{"error":{"message":"{{{message}}}","type":"{{{(status >= 500 ? "server_error" : status == 429 ? "rate_limit_error" : "invalid_request_error")}}}","param":null,"code":null}}""",
    };

    /// <summary>An error inside a stream.</summary>
    public static string ErrorFrame(Dialect provider, string message) => provider switch
    {
        Dialect.Anthropic => $"event: error\ndata: {Error(provider, 529, message)}\n\n",
        Dialect.OpenAIResponses => $"event: response.failed\ndata: {{\"type\":\"response.failed\",\"response\":{{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"failed\",\"error\":{{\"code\":\"server_error\",\"message\":\"{message}\"}},\"output\":[]}}}}\n\n",
        _ => $"data: {Error(provider, 503, message)}\n\n",
    };

    /// <summary>Reads an error answer as strictly as its dialect's libraries do; returns message, type or status, and code.</summary>
    public static (string Message, string Type, string? Code, string? Param) ReadError(Dialect client, string body)
    {
        Assert.DoesNotContain("   at ", body, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", body, StringComparison.Ordinal);
        Assert.DoesNotContain(ProviderKey, body, StringComparison.Ordinal);
        var root = JsonDocument.Parse(body).RootElement;
        var error = root.GetProperty("error");
        var message = error.GetProperty("message").GetString()!;
        Assert.NotEmpty(message);
        switch (client)
        {
            case Dialect.Anthropic:
                Assert.Equal("error", root.GetProperty("type").GetString());
                Assert.True(root.TryGetProperty("request_id", out _));
                return (message, error.GetProperty("type").GetString()!, null, null);
            case Dialect.Gemini:
                return (message, error.GetProperty("status").GetString()!, error.GetProperty("code").GetInt32().ToString(System.Globalization.CultureInfo.InvariantCulture), null);
            default:
                return (message, error.GetProperty("type").GetString()!, error.GetProperty("code").GetString(), error.GetProperty("param").GetString());
        }
    }

    /// <summary>The text of an answer, and whether it ended as its dialect demands.</summary>
    public static (string Text, bool Complete) ReadText(Dialect client, string body, bool stream)
    {
        if (stream)
        {
            var reader = new StreamText(client);
            using var decoder = new SseDecoder();
            decoder.Feed(Encoding.UTF8.GetBytes(body), reader);
            return (reader.Text, reader.Complete && !decoder.HasPartialEvent);
        }

        var root = JsonDocument.Parse(body).RootElement;
        return client switch
        {
            Dialect.Anthropic => (string.Concat(root.GetProperty("content").EnumerateArray().Select(b => b.GetProperty("text").GetString())), root.GetProperty("stop_reason").GetString() is not null),
            Dialect.OpenAIChat => (root.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!, root.GetProperty("choices")[0].GetProperty("finish_reason").GetString() is not null),
            Dialect.OpenAIResponses => (ResponseText(root), root.GetProperty("status").GetString() == "completed"),
            _ => (GeminiText(root), root.GetProperty("candidates")[0].TryGetProperty("finishReason", out _)),
        };
    }

    /// <summary>Whether a stream says in its own dialect that it failed, and does not look finished.</summary>
    public static void IsFailedStream(Dialect client, string body)
    {
        Assert.False(ReadText(client, body, true).Complete, "it looks finished: " + body);
        Assert.Contains(client switch
        {
            Dialect.Anthropic => "event: error\ndata: {\"type\":\"error\"",
            Dialect.OpenAIResponses => "event: response.failed\ndata: {\"type\":\"response.failed\"",
            _ => "data: {\"error\":{",
        }, body, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", body, StringComparison.Ordinal);
        Assert.DoesNotContain("message_stop", body, StringComparison.Ordinal);
        Assert.DoesNotContain("response.completed", body, StringComparison.Ordinal);
        Assert.EndsWith("\n\n", body, StringComparison.Ordinal);
    }

    private static string Response(string text) =>
        $$$"""{"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"m","output":[{"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"{{{text}}}","annotations":[]}]}],"usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":0},"output_tokens":5,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":15}}""";

    private static string ChatFrame(string delta, string finish) =>
        $"data: {{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{{\"index\":0,\"delta\":{delta},\"finish_reason\":{finish}}}]}}\n\n";

    private static string GeminiFrame(string text, string more) =>
        $"data: {{\"candidates\":[{{\"content\":{{\"role\":\"model\",\"parts\":[{{\"text\":\"{text}\"}}]}}{more},\"index\":0}}],\"usageMetadata\":{{\"promptTokenCount\":10,\"candidatesTokenCount\":5,\"totalTokenCount\":15}},\"modelVersion\":\"m\",\"responseId\":\"r1\"}}\n\n";

    private static string AnthropicType(int status) => status switch
    {
        400 => "invalid_request_error",
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        529 => "overloaded_error",
        _ => "api_error",
    };

    private static string GeminiStatus(int status) => status switch
    {
        400 or 413 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        429 => "RESOURCE_EXHAUSTED",
        503 => "UNAVAILABLE",
        _ => "INTERNAL",
    };

    private static string ResponseText(JsonElement response) => string.Concat(response.GetProperty("output").EnumerateArray()
        .Where(i => i.GetProperty("type").GetString() == "message").SelectMany(i => i.GetProperty("content").EnumerateArray()).Select(c => c.GetProperty("text").GetString()));

    private static string GeminiText(JsonElement answer) => !answer.TryGetProperty("candidates", out var candidates) ? ""
        : string.Concat(candidates.EnumerateArray().SelectMany(c => c.TryGetProperty("content", out var content) && content.TryGetProperty("parts", out var parts) ? parts.EnumerateArray().ToArray() : [])
            .Select(p => p.TryGetProperty("text", out var text) ? text.GetString() : ""));

    private sealed class StreamText(Dialect client) : ISseHandler
    {
        public string Text { get; private set; } = "";

        public bool Complete { get; private set; }

        public void OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
        {
            if (data.SequenceEqual("[DONE]"u8))
            {
                Complete = true;
                return;
            }

            var json = JsonDocument.Parse(data.ToArray()).RootElement;
            Assert.False(Complete && client != Dialect.OpenAIChat, "an event after the end: " + json);
            switch (client)
            {
                case Dialect.Anthropic:
                    Text += json.TryGetProperty("delta", out var delta) && delta.TryGetProperty("text", out var text) ? text.GetString() : "";
                    Complete |= json.GetProperty("type").GetString() == "message_stop";
                    break;
                case Dialect.OpenAIChat:
                    Text += json.TryGetProperty("choices", out var choices) && choices.GetArrayLength() > 0 && choices[0].GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() : "";
                    break;
                case Dialect.OpenAIResponses:
                    Text += json.GetProperty("type").GetString() == "response.output_text.delta" ? json.GetProperty("delta").GetString() : "";
                    Complete |= json.GetProperty("type").GetString() is "response.completed" or "response.incomplete";
                    break;
                default:
                    Text += GeminiText(json);
                    Complete |= json.TryGetProperty("candidates", out var candidates) && candidates[0].TryGetProperty("finishReason", out _);
                    break;
            }
        }
    }
}
