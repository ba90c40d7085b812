using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;

namespace Ccr.ProxyService.Dispatch;

/// <summary>
/// Fields that name something which only a server of their own dialect has: a conversation, tools, a prompt that is kept there. Leaving them out would answer another question than the
/// one that was asked, so a provider of another dialect is not asked at all.
/// </summary>
internal static class Untranslatable
{
    private static readonly (Dialect Dialect, string Field, string Message, string? Code)[] Fields =
    [
        (Dialect.Anthropic, "thread", "thread: message threads are kept by Anthropic only; send the whole conversation.", "thread_unsupported_request"),
        (Dialect.Anthropic, "mcp_servers", "mcp_servers: only Anthropic runs these tools; declare them as tools, or route the request to Anthropic.", null),
        (Dialect.Anthropic, "container", "container: only Anthropic keeps it; leave it out, or route the request to Anthropic.", null),
        (Dialect.OpenAIResponses, "previous_response_id", "previous_response_id: previous response not found: it was made elsewhere or is too old; send the whole conversation as input.", "previous_response_not_found"),
        (Dialect.OpenAIResponses, "conversation", "conversation: only a provider of the Responses protocol keeps conversations; send the whole conversation as input.", null),
        (Dialect.OpenAIResponses, "prompt", "prompt: stored prompts are known to their provider only; send instructions and input.", null),
        (Dialect.Gemini, "cachedContent", "cachedContent: the content is kept by Google only; send it.", null),
    ];

    /// <summary>Refuses a request that cannot be said to a provider of that dialect.</summary>
    /// <exception cref="RequestFormatException">It holds such a field.</exception>
    public static void Check(CanonicalRequest request, Dialect target)
    {
        if (request.Dialect == target)
        {
            return;
        }

        foreach (var extension in request.Extensions)
        {
            foreach (var (dialect, field, message, code) in Fields)
            {
                if (dialect == request.Dialect && extension.Key == field && !extension.Value.IsNullOrAbsent && !extension.Value.Span.SequenceEqual("[]"u8))
                {
                    throw new RequestFormatException(field, message) { Code = code };
                }
            }
        }
    }
}
