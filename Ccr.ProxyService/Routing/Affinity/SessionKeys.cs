using System.Buffers.Binary;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Endpoints;
using Microsoft.Extensions.Primitives;

namespace Ccr.ProxyService.Routing.Affinity;

/// <summary>
/// Recognises the session of a request: by the headers of the agents; else by what the body says of it; else by the beginning of its conversation. The caller's credential and protocol are
/// always part of it, so that two users never share one, and so is the routing rule, since each rule has its own targets.
/// </summary>
internal static class SessionKeys
{
    /// <summary>The key of the request's session; empty when nothing tells it from others.</summary>
    public static SessionKey Of(ProxyCall call, string scenario)
    {
        var request = call.Http.Request;
        var material = new KeyMaterial(stackalloc byte[KeyMaterial.Size]);
        material.Add([(byte)call.Client.Dialect]);
        material.Add(scenario);
        material.Add(Credential(request));
        return TryAddHeaders(ref material, request.Headers) || TryAddBody(ref material, call.Body.Span) ? material.ToKey() : default;
    }

    private static string Credential(HttpRequest request)
    {
        var headers = request.Headers;
        return Value(headers, "x-api-key") ?? Value(headers, "x-goog-api-key") ?? Value(headers, "Authorization")
            ?? (request.QueryString.HasValue && request.Query.TryGetValue("key", out var key) ? key.ToString() : "");
    }

    private static bool TryAddHeaders(ref KeyMaterial material, IHeaderDictionary headers)
    {
        if (Value(headers, "x-claude-code-session-id") is { } session)
        {
            // Sub-agents have their session's id and a conversation of their own.
            material.Add(session);
            material.Add(Value(headers, "x-claude-code-agent-id") ?? "");
            return true;
        }

        // Codex; a thread of its own has the session's id and another thread's.
        var thread = Value(headers, "thread-id");
        if ((Value(headers, "session-id") ?? Value(headers, "session_id") ?? thread) is { } codex)
        {
            material.Add(codex);
            material.Add(thread ?? "");
            return true;
        }

        // With other clients than Codex this is another one for each request.
        if (Value(headers, "x-client-request-id") is { } request && ClientApplications.Of(headers) == "codex")
        {
            material.Add(request);
            return true;
        }

        if ((Value(headers, "x-session-affinity") ?? Value(headers, "x-session-id")) is { } other)
        {
            material.Add(other);
            return true;
        }

        return false;
    }

    private static bool TryAddBody(ref KeyMaterial material, ReadOnlySpan<byte> body)
    {
        var scan = PrefixScan.Read(body);
        if (SessionIn(scan.UserId) is { IsEmpty: false } session)
        {
            material.Add(session);
            return true;
        }

        if (!scan.SessionName.IsEmpty)
        {
            material.Add(scan.SessionName);
            return true;
        }

        if (!scan.HasOpening)
        {
            return false;
        }

        // An end user is no session: one has many conversations. But two users with the same prompt are told apart.
        material.Add(scan.UserId);
        material.Add(scan.User);
        Span<byte> prefix = stackalloc byte[48];
        BinaryPrimitives.WriteUInt128LittleEndian(prefix, scan.Instructions);
        BinaryPrimitives.WriteUInt128LittleEndian(prefix[16..], scan.Tools);
        BinaryPrimitives.WriteUInt128LittleEndian(prefix[32..], scan.Opening);
        material.Add(prefix);
        return true;
    }

    /// <summary>
    /// The session in Claude Code's metadata.user_id: a JSON text with session_id, or before that "user_…_session_UUID"; empty when there is none. The text is still escaped.
    /// </summary>
    private static ReadOnlySpan<byte> SessionIn(ReadOnlySpan<byte> userId)
    {
        if (userId.StartsWith("{"u8))
        {
            var at = userId.IndexOf("session_id"u8);
            var value = at < 0 ? default : userId[(at + "session_id"u8.Length)..].TrimStart("\\\": "u8);
            var end = value.IndexOfAny("\\\""u8);
            return end < 0 ? default : value[..end];
        }

        var old = userId.StartsWith("user_"u8) ? userId.LastIndexOf("_session_"u8) : -1;
        return old < 0 ? default : userId[(old + "_session_"u8.Length)..];
    }

    private static string? Value(IHeaderDictionary headers, string name) =>
        headers.TryGetValue(name, out var value) && !StringValues.IsNullOrEmpty(value) ? value.ToString() : null;
}
