using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ccr.Protocols.Requests;

namespace Ccr.ProxyService.Telemetry;

/// <summary>
/// Messages as the semantic conventions for generative AI want them on spans: docs/gen-ai/gen-ai-input-messages.json, gen-ai-output-messages.json and
/// gen-ai-system-instructions.json of the conventions. Of a long conversation the newest messages are kept.
/// </summary>
internal static class MessageJson
{
    /// <summary>The bytes after which no further message is taken.</summary>
    private const int MostBytes = 65_536;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The instructions; null when there are none.</summary>
    public static string? System(CanonicalRequest request, Redactor redactor) => request.System.Count == 0 ? null : Write(json =>
    {
        json.WriteStartArray();
        WriteParts(json, request.System, redactor);
        json.WriteEndArray();
    });

    /// <summary>The conversation.</summary>
    /// <param name="request">The request.</param>
    /// <param name="redactor">Takes secrets out.</param>
    /// <param name="omitted">How many of its oldest messages were left out.</param>
    public static string Input(CanonicalRequest request, Redactor redactor, out int omitted)
    {
        var messages = new List<string>();
        var bytes = 0;
        var i = request.Messages.Count - 1;
        for (; i >= 0 && bytes < MostBytes; i--)
        {
            var message = request.Messages[i];
            var written = Write(json =>
            {
                json.WriteStartObject();
                json.WriteString("role"u8, RoleOf(message));
                json.WriteStartArray("parts"u8);
                WriteParts(json, message.Content, redactor);
                json.WriteEndArray();
                json.WriteEndObject();
            });
            bytes += written.Length;
            messages.Add(written);
        }

        omitted = i + 1;
        messages.Reverse();
        return $"[{string.Join(',', messages)}]";
    }

    /// <summary>An answer: its text, and the names of the tools that it calls.</summary>
    public static string Output(string text, IReadOnlyList<string> tools, string? stopReason, Redactor redactor) => Write(json =>
    {
        json.WriteStartArray();
        json.WriteStartObject();
        json.WriteString("role"u8, "assistant"u8);
        json.WriteStartArray("parts"u8);
        if (text.Length > 0)
        {
            WriteText(json, "text", redactor.Clean(text));
        }

        foreach (var tool in tools)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "tool_call"u8);
            json.WriteString("name"u8, tool);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("finish_reason"u8, stopReason ?? "stop");
        json.WriteEndObject();
        json.WriteEndArray();
    });

    private static string RoleOf(CanonicalMessage message) => message.Role switch
    {
        MessageRole.Assistant => "assistant",
        MessageRole.System => "system",
        _ => message.Content.Count > 0 && message.Content.All(static b => b is ToolResultBlock) ? "tool" : "user",
    };

    private static void WriteParts(Utf8JsonWriter json, IReadOnlyList<ContentBlock> blocks, Redactor redactor)
    {
        foreach (var block in blocks)
        {
            switch (block)
            {
                case TextBlock text:
                    WriteText(json, "text", redactor.Clean(text.Text.ToString()));
                    break;
                case ThinkingBlock thinking:
                    WriteText(json, "reasoning", redactor.Clean(thinking.Text.ToString()));
                    break;
                case ToolUseBlock use:
                    json.WriteStartObject();
                    json.WriteString("type"u8, "tool_call"u8);
                    json.WriteString("id"u8, use.Id.ToString());
                    json.WriteString("name"u8, use.Name.ToString());
                    json.WriteString("arguments"u8, redactor.Clean(Encoding.UTF8.GetString(use.Input.Span)));
                    json.WriteEndObject();
                    break;
                case ToolResultBlock result:
                    json.WriteStartObject();
                    json.WriteString("type"u8, "tool_call_response"u8);
                    json.WriteString("id"u8, result.ToolUseId.ToString());
                    json.WriteString("response"u8, redactor.Clean(string.Join('\n', result.Content.OfType<TextBlock>().Select(static t => t.Text.ToString()))));
                    json.WriteEndObject();
                    break;
                case ImageBlock image:
                    WriteMedia(json, "image", image.MediaType.ToString());
                    break;
                case DocumentBlock document:
                    WriteMedia(json, "document", document.MediaType.ToString());
                    break;
                case MediaBlock media:
                    WriteMedia(json, media.MediaType.ToString().Split('/')[0], media.MediaType.ToString());
                    break;
                default:
                    // Encrypted reasoning and what only one dialect knows: that it was there, and nothing of it.
                    WriteText(json, "other", "");
                    break;
            }
        }
    }

    private static void WriteText(Utf8JsonWriter json, string type, string content)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteString("content"u8, content);
        json.WriteEndObject();
    }

    /// <summary>Of pictures and documents that they were there, and not their content.</summary>
    private static void WriteMedia(Utf8JsonWriter json, string modality, string type)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "blob"u8);
        json.WriteString("modality"u8, modality);
        json.WriteString("mime_type"u8, type);
        json.WriteString("content"u8, ""u8);
        json.WriteEndObject();
    }

    private static string Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
