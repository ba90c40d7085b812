using Ccr.Protocols.Json;

namespace Ccr.Protocols.Requests;

/// <summary>What routing needs to know of a request, found in one pass without building anything: the whole body is checked to be JSON on the way.</summary>
public readonly struct RequestPeek
{
    /// <summary>The model.</summary>
    public EscapedText Model { get; init; }

    /// <summary>Where the model's value stands in the body, quotes included; for splicing another name in. Empty where the model stands in the address.</summary>
    public Range ModelRange { get; init; }

    /// <summary>True when a stream is wanted.</summary>
    public bool Stream { get; init; }

    /// <summary>Whether thinking is asked for.</summary>
    public ThinkingMode Thinking { get; init; }

    /// <summary>True when a tool of the provider's web search kind is declared.</summary>
    public bool HasWebSearch { get; init; }

    /// <summary>True when the newest message holds an image.</summary>
    public bool HasImage { get; init; }

    /// <summary>True when a Chat client names stream_options itself.</summary>
    public bool HasStreamOptions { get; init; }

    /// <summary>metadata.user_id, in which clients of Anthropic name their session; empty when none.</summary>
    public EscapedText UserId { get; init; }

    /// <summary>prompt_cache_key, which clients of OpenAI keep for a session; empty when none.</summary>
    public EscapedText PromptCacheKey { get; init; }

    /// <summary>The stored response that a Responses request goes on from; empty when none.</summary>
    public EscapedText PreviousResponseId { get; init; }

    /// <summary>True when a Responses request refers to items by id.</summary>
    public bool HasItemReference { get; init; }

    /// <summary>Whether a Responses client wants its response kept: true unless it says false.</summary>
    public bool Store { get; init; }
}
