using System.Buffers;
using Ccr.ProxyService.Dispatch;

namespace Ccr.ProxyService.Routing;

/// <summary>The name under which a session's requests are accounted.</summary>
internal static class SessionNames
{
    private const int Longest = 80;

    // What may stand in a key of Redis, in a list and in an address without being quoted.
    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:");

    /// <summary>The client's own name of it where that is a plain one, else a digest; null when nothing tells it from others.</summary>
    public static string? Of(ProxyCall call) =>
        call.Decision?.Session is { Length: > 0 and <= Longest } named && !named.AsSpan().ContainsAnyExcept(Plain) ? named
        : call.Session is { Key.IsEmpty: false } ticket ? string.Concat("conversation-", ticket.Key.ToString())
        : null;
}
