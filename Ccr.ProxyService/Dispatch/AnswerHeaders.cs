using System.Globalization;
using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Dispatch;

/// <summary>Headers of our answers.</summary>
internal static class AnswerHeaders
{
    /// <summary>Headers of a provider's answer that are about that hop, or are rewritten.</summary>
    private static readonly HashSet<string> NotForwarded = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Content-Length", "Content-Encoding",
        "Set-Cookie", "Alt-Svc", "Date", "Server", "Retry-After",
    };

    /// <summary>Says who answered.</summary>
    public static void Set(ProxyCall call, RouteTarget target, int attempts)
    {
        var headers = call.Http.Response.Headers;
        headers["x-ccr-request-id"] = call.RequestId;
        headers["x-ccr-tier"] = target.Name;
        headers["x-ccr-attempts"] = attempts.ToString(CultureInfo.InvariantCulture);
        if (!headers.ContainsKey("request-id"))
        {
            headers["request-id"] = call.RequestId;
        }

        if (call.Loss is { } loss && call.Http.Request.Headers.ContainsKey("x-ccr-loss"))
        {
            headers["x-ccr-loss"] = Words(loss);
        }
    }

    /// <summary>A loss report in one line that a header can carry.</summary>
    public static string Words(LossReport loss)
    {
        const int longest = 4000;
        var words = string.Join("; ", loss.Entries.Select(static e => $"{e.Path} {LossPart.Word(e.Action)}"));
        return string.Create(Math.Min(words.Length, longest), words, static (line, all) =>
        {
            for (var i = 0; i < line.Length; i++)
            {
                line[i] = all[i] is >= ' ' and <= '~' ? all[i] : '?';
            }
        });
    }

    /// <summary>Headers of an event stream.</summary>
    public static void SetStream(HttpResponse response, string contentType)
    {
        response.ContentType = contentType;
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
    }

    /// <summary>The provider's own headers, for a pass-through.</summary>
    public static void CopyFrom(HttpResponseMessage from, HttpResponse to)
    {
        foreach (var header in from.Headers.NonValidated)
        {
            if (!NotForwarded.Contains(header.Key))
            {
                to.Headers[header.Key] = header.Value.Count == 1 ? header.Value.ToString() : header.Value.ToArray();
            }
        }
    }
}
