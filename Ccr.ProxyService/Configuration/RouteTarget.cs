using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Telemetry;
using Ccr.ProxyService.Tokens;

namespace Ccr.ProxyService.Configuration;

/// <summary>A provider and one of its models: "provider,model" in the file.</summary>
internal sealed record RouteTarget(ProviderConfig Provider, string Model)
{
    private TargetPlan? _plan;
    private TargetTokenizer? _tokenizer;
    private GenAiTarget? _genAi;

    /// <summary>The spelling used in the file, in metrics and in logs.</summary>
    public string Name { get; } = $"{Provider.Name},{Model}";

    /// <summary>What the configuration makes of a call to it.</summary>
    public TargetPlan Plan => _plan ??= new(this);

    /// <summary>True when the model is a client's word: neither the provider's list nor a route has it.</summary>
    public bool IsUnlisted { get; init; }

    /// <summary>What the semantic conventions for generative AI call it.</summary>
    public GenAiTarget GenAi => _genAi ??= GenAiTarget.Of(this);

    /// <summary>How its tokens are counted.</summary>
    public TargetTokenizer Tokenizer => _tokenizer ??= new(this);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
