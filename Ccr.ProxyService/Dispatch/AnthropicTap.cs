using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;

namespace Ccr.ProxyService.Dispatch;

/// <summary>Anthropic's own tap, which looks at few bytes only: the busiest pass-through.</summary>
internal sealed class AnthropicTap(string provider) : IAnswerTap
{
    private readonly AnthropicStreamTap _tap = new(provider);

    /// <inheritdoc/>
    public bool HasContent => _tap.HasContent;

    /// <inheritdoc/>
    public bool IsComplete => _tap.IsComplete;

    /// <inheritdoc/>
    public ProviderError? Error => _tap.Error;

    /// <inheritdoc/>
    public int ToolCalls => _tap.ToolCalls;

    /// <inheritdoc/>
    public TokenCounts Usage => _tap.Usage;

    /// <inheritdoc/>
    public string? StopReason => _tap.StopReason;

    /// <inheritdoc/>
    public string AnswerId => "";

    /// <inheritdoc/>
    public void Feed(ReadOnlySpan<byte> piece) => _tap.Feed(piece);

    /// <inheritdoc/>
    public void Complete() => _tap.Complete();

    /// <inheritdoc/>
    public void ReadWhole(ReadOnlySpan<byte> json) => _tap.ReadWhole(json);

    /// <inheritdoc/>
    public void Dispose() => _tap.Dispose();
}
