namespace Aspire.Hosting.ApplicationModel;

// Stands for Aspire.Hosting.ApplicationModel.ParameterResource. Left out: descriptions, prompts for missing values.

/// <summary>A value that comes from outside: configuration at run time, the deploying tool when published.</summary>
public sealed class ParameterResource : Resource, IExpressionValue
{
    private readonly Lazy<string> _value;

    /// <summary>Creates a parameter.</summary>
    /// <param name="name">Name of the resource.</param>
    /// <param name="callback">Finds the value; called once, when it is needed.</param>
    /// <param name="secret">Whether the value must never be shown.</param>
    public ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(callback);
        _value = new Lazy<string>(() => callback(Default));
        Secret = secret;
    }

    /// <summary>Used when nothing is configured; null for none.</summary>
    public ParameterDefault? Default { get; set; }

    /// <summary>True when the value must never be shown.</summary>
    public bool Secret { get; }

    /// <inheritdoc />
    public string ValueExpression => $"{{{Name}.value}}";

    /// <summary>The value; throws <see cref="MissingParameterValueException"/> when there is none.</summary>
    internal string Value => _value.Value;

    /// <inheritdoc />
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<string?>(Value);
}
