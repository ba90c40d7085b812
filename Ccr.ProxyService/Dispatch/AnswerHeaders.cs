using System.Globalization;
using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Keys;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Dispatch;

/// <summary>Headers of our answers.</summary>
internal static class AnswerHeaders
{
    // Clients take 16 KiB and more for all headers together.
    private const int LongestValue = 4096;

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
        headers["x-ccr-tier"] = Plain(target.Name);
        headers["x-ccr-attempts"] = attempts.ToString(CultureInfo.InvariantCulture);

        // Anthropic's clients surface the one, OpenAI's the other; Qwen Code goes on after an error in a stream only when there is one.
        headers.TryAdd("request-id", call.RequestId);
        headers.TryAdd("x-request-id", call.RequestId);

        if (call.Loss is { } loss && call.Http.Request.Headers.ContainsKey("x-ccr-loss"))
        {
            headers["x-ccr-loss"] = Words(loss);
        }

        KeyHeaders.Set(call);
    }

    /// <summary>The head of an answer whose first content has come.</summary>
    /// <param name="call">The call.</param>
    /// <param name="target">Who answers.</param>
    /// <param name="attempts">How many attempts there were, this one included.</param>
    /// <param name="from">The provider's answer.</param>
    /// <param name="isVerbatim">True when its bytes pass through, and so do its headers.</param>
    public static void SetAnswer(ProxyCall call, RouteTarget target, int attempts, HttpResponseMessage from, bool isVerbatim)
    {
        var response = call.Http.Response;
        response.StatusCode = StatusCodes.Status200OK;
        if (isVerbatim)
        {
            CopyFrom(from, response);
            response.ContentType = AnswerForm.TypeFor(call.Stream, from.Content.Headers.ContentType);
            if (call.Stream)
            {
                response.Headers["X-Accel-Buffering"] = "no";
            }
        }
        else if (call.Stream)
        {
            SetStream(response, call.Client.StreamContentType(call));
        }
        else
        {
            response.ContentType = "application/json";
        }

        Set(call, target, attempts);
    }

    /// <summary>The head of a stream whose first content is still to come: who will answer is not known for sure.</summary>
    public static void SetEarly(ProxyCall call)
    {
        var response = call.Http.Response;
        response.StatusCode = StatusCodes.Status200OK;
        SetStream(response, call.Client.StreamContentType(call));
        Set(call, call.Asked ?? call.Decision!.Targets[0], call.Attempts.Count + 1);
    }

    /// <summary>A loss report in one line that a header can carry.</summary>
    public static string Words(LossReport loss) => Plain(string.Join("; ", loss.Entries.Select(static e => $"{e.Path} {LossPart.Word(e.Action)}")));

    /// <summary>
    /// A text as a header can hold it: printable ASCII of bounded length. Names of models and fields may be anything, and the server refuses an answer with such a header.
    /// </summary>
    private static string Plain(string text)
    {
        text = text.Length <= LongestValue ? text : string.Concat(text.AsSpan(0, LongestValue), " ...");
        return text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0
            ? text
            : string.Create(text.Length, text, static (to, from) =>
            {
                for (var i = 0; i < to.Length; i++)
                {
                    to[i] = from[i] is >= ' ' and <= '~' ? from[i] : '?';
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
                to.Headers[header.Key] = header.Value.Count == 1 ? Plain(header.Value.ToString()) : header.Value.Select(Plain).ToArray();
            }
        }
    }
}
