using System.Net.Http.Headers;

namespace Ccr.ProxyService.Dispatch;

/// <summary>
/// Whether an answer is a stream of events or one document: by its type, and by its first bytes where servers mislabel what they send.
/// </summary>
internal static class AnswerForm
{
    /// <summary>Whether the type names an event stream.</summary>
    public static bool IsEventStream(MediaTypeHeaderValue? type) => type?.MediaType?.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Whether bytes that came first are those of a JSON document.</summary>
    public static bool LooksLikeDocument(ReadOnlySpan<byte> first) => first.TrimStart("\uFEFF \t\r\n"u8) is [(byte)'{' or (byte)'[', ..];

    /// <summary>The content type of a provider's answer where it fits the form that the answer has, else the right one: libraries choose their reader by it.</summary>
    public static string TypeFor(bool isEventStream, MediaTypeHeaderValue? type) => isEventStream
        ? IsEventStream(type) ? type!.ToString() : "text/event-stream; charset=utf-8"
        : type?.MediaType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true ? type.ToString() : "application/json";

    /// <summary>Whether bytes that came first are those of an event stream; null while there are too few to tell.</summary>
    public static bool? LooksLikeEvents(ReadOnlySpan<byte> first)
    {
        var text = first.TrimStart("\uFEFF \t\r\n"u8);
        if (text.Length < 6)
        {
            return text.IsEmpty || "data: event:"u8.IndexOf(text) >= 0 ? null : false;
        }

        return text[0] == ':' || text.StartsWith("data:"u8) || text.StartsWith("event:"u8) || text.StartsWith("id:"u8) || text.StartsWith("retry:"u8);
    }
}
