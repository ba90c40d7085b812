using Ccr.Tokenization;

namespace Ccr.ProxyService.Configuration;

/// <summary>How the tokens of a provider's models are counted (Providers[].tokenizer.default, or one of .models).</summary>
internal sealed record TokenizerChoice
{
    /// <summary>What texts are encoded with (encoding, or fallback); null leaves it to the model's name.</summary>
    public BpeEncoding? Encoding { get; init; }

    /// <summary>What a local count is multiplied with (calibration); null learns it where the encoding is not the model's own.</summary>
    public double? Calibration { get; init; }

    /// <summary>The service that counts for count_tokens (type api); null for none.</summary>
    public TokenizerApi? Api { get; init; }
}
