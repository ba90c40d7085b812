using Ccr.ProxyService.Dispatch;

namespace Ccr.ProxyService.Routing;

/// <summary>Finds the name that a client gives to its session.</summary>
internal static class SessionIds
{
    private const int Longest = 200;

    /// <summary>Claude Code; Codex, by version; opencode.</summary>
    private static readonly string[] Headers = ["x-claude-code-session-id", "session-id", "session_id", "thread-id", "x-session-id", "x-session-affinity"];

    /// <summary>The session of a request: by header, else by metadata.user_id, else by prompt_cache_key; null when it names none.</summary>
    public static string? Of(ProxyCall call)
    {
        var headers = call.Http.Request.Headers;
        foreach (var name in Headers)
        {
            if (headers.TryGetValue(name, out var values) && values.Count == 1 && values[0] is { Length: > 0 and <= Longest } value)
            {
                return value;
            }
        }

        var peek = call.Peek;
        return OfUser(peek.UserId.IsEmpty ? "" : peek.UserId.ToString())
            ?? (peek.PromptCacheKey.Bytes.Length is > 0 and <= Longest ? peek.PromptCacheKey.ToString() : null);
    }

    /// <summary>The session in metadata.user_id: a JSON object with session_id (newer Claude Code), or "…_session_ID".</summary>
    public static string? OfUser(string user)
    {
        const string Old = "_session_";
        const string New = "\"session_id\"";
        if (user.StartsWith('{'))
        {
            var rest = user.AsSpan();
            var at = rest.IndexOf(New);
            rest = at < 0 ? default : rest[(at + New.Length)..].TrimStart(" :\t");
            var length = rest.Length < 2 || rest[0] != '"' ? 0 : rest[1..].IndexOf('"');
            return length is > 0 and <= Longest ? rest.Slice(1, length).ToString() : null;
        }

        var index = user.IndexOf(Old, StringComparison.Ordinal);
        var id = index < 0 ? "" : user[(index + Old.Length)..];
        return id.Length is > 0 and <= Longest ? id : null;
    }
}
