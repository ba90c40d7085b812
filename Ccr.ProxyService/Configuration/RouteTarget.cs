namespace Ccr.ProxyService.Configuration;

/// <summary>A provider and one of its models: "provider,model" in the file.</summary>
internal sealed record RouteTarget(ProviderConfig Provider, string Model)
{
    /// <summary>The spelling used in the file, in metrics and in logs.</summary>
    public string Name { get; } = $"{Provider.Name},{Model}";

    /// <inheritdoc/>
    public override string ToString() => Name;
}
