using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Routing;

namespace Ccr.ProxyService.Health;

/// <summary>Who asks, as far as the queue wants to know. Only looked at when a call has to wait.</summary>
internal static class Caller
{
    /// <summary>Headers in which agents name their session, the most telling first.</summary>
    private static readonly string[] SessionHeaders = ["X-Claude-Code-Session-Id", "session-id", "session_id", "x-session-id"];

    /// <summary>The session: what the agent calls it, else the client's address.</summary>
    public static string Session(ProxyCall call)
    {
        foreach (var name in SessionHeaders)
        {
            if (call.Http.Request.Headers.TryGetValue(name, out var value) && value.ToString() is { Length: > 0 } session)
            {
                return session;
            }
        }

        return call.Http.Connection.RemoteIpAddress?.ToString() ?? "";
    }

    /// <summary>Side work that nobody watches: the background route, and what Claude Code marks as auxiliary or as a sub-agent's.</summary>
    public static bool IsBackground(ProxyCall call) =>
        call.Decision?.Scenario == Scenario.Background
        || (call.Http.Request.Headers.TryGetValue("x-claude-code-request-class", out var value) && value.ToString().ToUpperInvariant() is "AUXILIARY" or "SUBAGENT" or "BACKGROUND");
}
