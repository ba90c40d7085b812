using System.Globalization;
using System.Text;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Tests.Protocols.Responses;

/// <summary>A canonical request in words, to compare two.</summary>
internal static class RequestText
{
    public static string Of(CanonicalRequest r)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"max {(r.MaxTokens is { } m ? Math.Max(16, m) : null)} choice {r.ToolChoice} {r.ToolChoiceName} allowed {string.Join(',', r.AllowedTools)} one {r.DisableParallelTools} format {r.OutputFormat} {Raw(r.OutputSchema)} {r.OutputSchemaName} verbosity {r.Verbosity} key {r.PromptCacheKey} tier {r.ServiceTier}");
        foreach (var block in r.System)
        {
            text.Append(" system ").Append(Of(block));
        }

        foreach (var message in r.Messages)
        {
            text.Append("\n ").Append(message.Role);
            foreach (var block in message.Content)
            {
                text.Append(" | ").Append(Of(block));
            }
        }

        foreach (var tool in r.Tools)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n tool {tool.Kind} {tool.Name} {tool.Namespace} {tool.LocalName} {tool.Description} {tool.Type} {Schema(tool.InputSchema)}");
        }

        return text.ToString();
    }

    public static string Of(ContentBlock block) => block switch
    {
        TextBlock t => $"text {t.Text} {t.Phase}",
        ImageBlock i => $"image {i.MediaType} {i.Data} {i.Url} {(i.Detail.IsEmpty ? "auto" : i.Detail.ToString())}",
        DocumentBlock d => $"document {d.MediaType} {d.Data} {d.Url}",
        ThinkingBlock t => $"thinking {t.Text} {t.Signature}",
        RedactedThinkingBlock t => $"redacted {t.Data}",
        ToolUseBlock u => $"call {Id(u.Id)} {u.Name} {Raw(u.Input)}",
        ToolResultBlock r => $"result {Id(r.ToolUseId)} {r.IsError} [{string.Join(" | ", r.Content.Select(Of))}]",
        OpaqueBlock o => $"opaque {o.Type} {Raw(o.Raw)}",
        _ => block.ToString()!,
    };

    private static string Id(EscapedText id)
    {
        Span<byte> portable = stackalloc byte[ToolIds.MaxLength];
        return Encoding.ASCII.GetString(portable[..ToolIds.Portable(id.Span, portable)]);
    }

    private static string Raw(RawJson json) => json.IsNullOrAbsent ? "-" : Encoding.UTF8.GetString(json.Span);

    private static string Schema(RawJson json)
    {
        if (json.IsNullOrAbsent)
        {
            return "{}";
        }

        var root = JsonDocument.Parse(json.Bytes).RootElement;
        return root.TryGetProperty("properties", out var properties) ? JsonSerializer.Serialize(properties) : "{}";
    }
}
