namespace Ccr.ProxyService.Configuration;

/// <summary>Providers[].tokenizer.</summary>
/// <param name="Default">For models that are not named; null for none.</param>
/// <param name="Models">By the model's name, without regard to case.</param>
internal sealed record TokenizerSettings(TokenizerChoice? Default, IReadOnlyDictionary<string, TokenizerChoice> Models)
{
    /// <summary>What is said of a model; null for nothing.</summary>
    public TokenizerChoice? For(string model) => Models.GetValueOrDefault(model) ?? Default;
}
