using System.Text;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Tests.Protocols.Gemini;

/// <summary>A canonical request as text, so that two can be compared.</summary>
internal static class RequestText
{
    public static string Of(CanonicalRequest r)
    {
        var text = new StringBuilder();
        text.AppendLine($"{r.Dialect} {r.Model} {r.Stream} {r.MaxTokens} {S(r.Temperature)} {S(r.TopP)} {S(r.TopK)} {S(r.Seed)} {S(r.PresencePenalty)} {S(r.FrequencyPenalty)}");
        text.AppendLine($"{r.Thinking} {r.ThinkingBudget} {r.Effort} {r.OutputFormat} {S(r.OutputSchema)} {r.ToolChoice} {r.ToolChoiceName} {string.Join(',', r.AllowedTools)} {string.Join(',', r.StopSequences)}");
        Add(text, "system", r.System);
        MessageRole? last = null;
        foreach (var message in r.Messages)
        {
            // Neighbours of one role are one turn.
            Add(text, message.Role == last ? null : message.Role.ToString(), message.Content);
            last = message.Role;
        }

        foreach (var tool in r.Tools.OrderBy(t => t.Kind))
        {
            text.AppendLine($"tool {tool.Kind} {tool.Name} {tool.Description} {tool.Type} {S(tool.InputSchema)}");
        }

        foreach (var extension in r.Extensions.OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            text.AppendLine($"{extension.Key} = {S(extension.Value)}");
        }

        return text.ToString();
    }

    public static string Of(ContentBlock block) => block switch
    {
        TextBlock b => $"text {b.Text}",
        ThinkingBlock b => $"thinking {b.Text} [{b.Signature}]",
        RedactedThinkingBlock b => $"redacted [{b.Data}]",
        ToolUseBlock b => $"call {b.Id} {b.Name} {(b.Input.IsNullOrAbsent ? "{}" : S(b.Input))}",
        ToolResultBlock b => $"result {b.ToolUseId} {b.IsError} ({string.Join(" | ", b.Content.Select(Of))})",
        ImageBlock b => $"image {b.MediaType} {b.Data} {b.Url}",
        DocumentBlock b => $"document {b.MediaType} {b.Data} {b.Url} {b.Title}",
        MediaBlock b => $"media {b.MediaType} {b.Data} {b.Url}",
        OpaqueBlock b => $"opaque {b.Type} {S(b.Raw)}",
        _ => "?",
    };

    private static void Add(StringBuilder text, string? title, IEnumerable<ContentBlock> blocks)
    {
        if (title is not null)
        {
            text.AppendLine(title);
        }

        foreach (var block in blocks)
        {
            text.AppendLine("  " + Of(block));
        }
    }

    private static string S(RawJson json) => Encoding.UTF8.GetString(json.Span);
}
