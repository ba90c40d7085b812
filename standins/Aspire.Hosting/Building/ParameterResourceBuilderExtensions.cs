using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

// Stands for Aspire.Hosting.ParameterResourceBuilderExtensions. Left out: persisted defaults, connection strings, prompts.

/// <summary>Adds parameters.</summary>
public static class ParameterResourceBuilderExtensions
{
    /// <summary>Adds a parameter; its value comes from configuration <c>Parameters:name</c>.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false)
        => Add(builder, name, $"Parameters:{name}", secret);

    /// <summary>Adds a parameter with a value.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false)
        => builder.AddParameter(name, () => value, publishValueAsDefault, secret);

    /// <summary>Adds a parameter with a value found when it is needed.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, Func<string> valueGetter, bool publishValueAsDefault = false, bool secret = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(valueGetter);
        if (publishValueAsDefault && secret)
        {
            throw new ArgumentException($"Parameter '{name}' is secret: its value cannot be published as a default.", nameof(publishValueAsDefault));
        }

        return builder.AddResource(new ParameterResource(name, _ => valueGetter(), secret)
        {
            Default = publishValueAsDefault ? new ConstantParameterDefault(valueGetter) : null,
        });
    }

    /// <summary>Adds a parameter with a default for the case that configuration <c>Parameters:name</c> has none.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret = false)
    {
        var parameter = Add(builder, name, $"Parameters:{name}", secret);
        parameter.Resource.Default = value;
        return parameter;
    }

    /// <summary>Adds a parameter; its value comes from any configuration key.</summary>
    public static IResourceBuilder<ParameterResource> AddParameterFromConfiguration(
        this IDistributedApplicationBuilder builder, string name, string configurationKey, bool secret = false)
        => Add(builder, name, configurationKey, secret);

    /// <summary>A secret made up at every start, unless configuration <c>Parameters:name</c> has one.</summary>
    internal static ParameterResource CreateGeneratedPassword(IDistributedApplicationBuilder builder, string name)
        => new(name, fallback => Find(builder.Configuration, $"Parameters:{name}") ?? fallback!.GetDefaultValue(), secret: true)
        {
            Default = new GenerateParameterDefault { MinLength = 22, Special = false },
        };

    private static IResourceBuilder<ParameterResource> Add(IDistributedApplicationBuilder builder, string name, string key, bool secret)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(new ParameterResource(
            name,
            fallback => Find(builder.Configuration, key) ?? fallback?.GetDefaultValue() ?? throw new MissingParameterValueException(
                $"Parameter '{name}' has no value: set the environment variable {key.Replace(":", "__", StringComparison.Ordinal).Replace('-', '_')}, or {key} in the AppHost's configuration."),
            secret));
    }

    /// <summary>Shells cannot set a variable with a hyphen in its name, so an underscore does too.</summary>
    private static string? Find(ConfigurationManager configuration, string key) => configuration[key] ?? configuration[key.Replace('-', '_')];
}
