using System.Globalization;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

// Stands for Aspire.Hosting.ApplicationModel.ReferenceExpressionBuilder. Left out: appending interpolated strings.

/// <summary>Puts a <see cref="ReferenceExpression"/> together piece by piece.</summary>
public sealed class ReferenceExpressionBuilder
{
    private readonly StringBuilder _format = new();
    private readonly List<IValueProvider> _providers = [];
    private readonly List<string> _expressions = [];
    private readonly List<string?> _stringFormats = [];

    /// <summary>True while nothing was added.</summary>
    public bool IsEmpty => _format.Length == 0;

    /// <summary>Adds text.</summary>
    public void AppendLiteral(string value)
        => _format.Append(value.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));

    /// <summary>Adds a part.</summary>
    public void AppendFormatted<T>(T valueProvider, string? format = null)
        where T : IValueProvider, IManifestExpressionProvider
    {
        _format.Append(CultureInfo.InvariantCulture, $"{{{_providers.Count}}}");
        _providers.Add(valueProvider);
        _stringFormats.Add(format);
        _expressions.Add(format == "uri" ? FormattedParameter.Expression(valueProvider) : valueProvider.ValueExpression);
    }

    /// <summary>The expression.</summary>
    public ReferenceExpression Build() => new(_format.ToString(), [.. _providers], [.. _expressions], [.. _stringFormats]);
}
