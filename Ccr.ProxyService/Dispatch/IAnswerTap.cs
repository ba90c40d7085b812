using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;

namespace Ccr.ProxyService.Dispatch;

/// <summary>Watches an answer that passes through: whether it is whole, what it used, how it ended.</summary>
internal interface IAnswerTap : IDisposable
{
    /// <summary>True once anything came that only this answer could have said.</summary>
    bool HasContent { get; }

    /// <summary>True once the answer ended as its dialect demands.</summary>
    bool IsComplete { get; }

    /// <summary>The failure, if there was one.</summary>
    ProviderError? Error { get; }

    /// <summary>How many calls of the client's tools it holds so far.</summary>
    int ToolCalls { get; }

    /// <summary>The newest token counts.</summary>
    TokenCounts Usage { get; }

    /// <summary>Why the model stopped, in Anthropic's word; null while it has not.</summary>
    string? StopReason { get; }

    /// <summary>The provider's id of the answer; empty while not known.</summary>
    string AnswerId { get; }

    /// <summary>Watches the next piece of a stream.</summary>
    void Feed(ReadOnlySpan<byte> piece);

    /// <summary>The stream ended.</summary>
    void Complete();

    /// <summary>Watches a whole answer.</summary>
    void ReadWhole(ReadOnlySpan<byte> json);
}
