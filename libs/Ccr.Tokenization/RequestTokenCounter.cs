using System.Text.Json;
using Ccr.Tokenization.Requests;

namespace Ccr.Tokenization;

/// <summary>
/// Counts the input tokens of a whole request body of Anthropic Messages, OpenAI chat completions, OpenAI responses or Gemini,
/// without building a document. The rules are stated in docs/tokenization.md; the constants here are part of them.
/// </summary>
public static class RequestTokenCounter
{
    /// <summary>Added for each message, for its role and the marks around it.</summary>
    public const int MessageOverhead = 4;

    /// <summary>Added for each tool definition, for the marks around it.</summary>
    public const int ToolOverhead = 8;

    /// <summary>An image whose size cannot be read from its data, and the most that any image counts.</summary>
    public const int ImageTokens = 1600;

    /// <summary>A document that is only referred to, and the least that a document given as base64 counts.</summary>
    public const int DocumentTokens = 2000;

    /// <summary>How many bytes of a document given as base64 count as <see cref="DocumentTokens"/>, started ones included: about a page.</summary>
    public const int DocumentPageBytes = 64 * 1024;

    /// <summary>How many bytes of sound count as one token: 10 tokens a second at 128 kbit/s.</summary>
    public const int AudioBytesPerToken = 1600;

    /// <summary>Counts a request body. Fields and values it does not know count nothing.</summary>
    /// <exception cref="JsonException">The body is no JSON, or no JSON object.</exception>
    public static RequestTokens Count(ReadOnlySpan<byte> requestJson, BpeEncoding encoding) => Count(requestJson, encoding, null);

    /// <summary>The same with the counts of texts that were seen before; null looks nothing up.</summary>
    /// <exception cref="JsonException">The body is no JSON, or no JSON object.</exception>
    public static RequestTokens Count(ReadOnlySpan<byte> requestJson, BpeEncoding encoding, TextCountCache? cache)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        return new RequestWalker(requestJson, encoding, cache).Count();
    }
}
