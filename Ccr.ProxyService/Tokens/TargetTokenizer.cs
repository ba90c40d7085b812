using Ccr.ProxyService.Configuration;
using Ccr.Tokenization;

namespace Ccr.ProxyService.Tokens;

/// <summary>How the tokens of one target are counted: what the configuration says of it, else what <see cref="ModelEncodings"/> does.</summary>
internal sealed class TargetTokenizer
{
    /// <summary>Puts it together.</summary>
    public TargetTokenizer(RouteTarget target)
    {
        Name = target.Name;
        Choice = target.Provider.Tokenizer?.For(target.Model);
        Encoding = Choice?.Encoding ?? ModelEncodings.Of(target.Model, out _);
        ModelEncodings.Of(target.Model, out var isOwn);

        // A learned factor would only repeat the overheads where the encoding is the model's own; a configured one is the user's word.
        Learns = !isOwn && Choice?.Calibration is null;
    }

    /// <summary>What counts for a request that no target would take.</summary>
    private TargetTokenizer()
    {
        Name = "";
        Encoding = BpeEncoding.Cl100kBase;
    }

    /// <summary>cl100k_base without a factor.</summary>
    public static TargetTokenizer Unrouted { get; } = new();

    /// <summary>The target, "provider,model".</summary>
    public string Name { get; }

    /// <summary>What the configuration says; null for nothing.</summary>
    public TokenizerChoice? Choice { get; }

    /// <summary>What texts are encoded with.</summary>
    public BpeEncoding Encoding { get; }

    /// <summary>True when the factor is learned from what the provider reports.</summary>
    public bool Learns { get; }
}
