using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

// Stands for Aspire.Hosting.ApplicationModel.ReferenceExpression. Left out: conditional expressions; the one string format is "uri".

/// <summary>An interpolated string whose parts get their values when the application runs, or names in a manifest.</summary>
public sealed class ReferenceExpression : IExpressionValue, IValueWithReferences
{
    internal ReferenceExpression(string format, IReadOnlyList<IValueProvider> providers, IReadOnlyList<string> manifestExpressions, IReadOnlyList<string?> stringFormats)
    {
        Format = format;
        ValueProviders = providers;
        ManifestExpressions = manifestExpressions;
        StringFormats = stringFormats;
    }

    /// <summary>The composite format string.</summary>
    public string Format { get; }

    /// <summary>The parts.</summary>
    public IReadOnlyList<IValueProvider> ValueProviders { get; }

    /// <summary>The names of the parts in a manifest.</summary>
    public IReadOnlyList<string> ManifestExpressions { get; }

    /// <summary>The format of each part: null or <c>uri</c>.</summary>
    public IReadOnlyList<string?> StringFormats { get; }

    /// <inheritdoc />
    public string ValueExpression => string.Format(CultureInfo.InvariantCulture, Format, [.. ManifestExpressions]);

    /// <inheritdoc />
    public IEnumerable<object> References => ValueProviders;

    /// <summary>Makes an expression of an interpolated string.</summary>
    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.Build();

    /// <inheritdoc />
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
        => FormatAsync(static (provider, token) => provider.GetValueAsync(token), cancellationToken);

    /// <summary>Puts the expression together from parts that <paramref name="resolve"/> finds.</summary>
    internal async ValueTask<string?> FormatAsync(Func<IValueProvider, CancellationToken, ValueTask<string?>> resolve, CancellationToken cancellationToken)
    {
        var values = new object?[ValueProviders.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var value = await resolve(ValueProviders[i], cancellationToken).ConfigureAwait(false);
            values[i] = StringFormats[i] == "uri" && value is not null ? Uri.EscapeDataString(value) : value;
        }

        return string.Format(CultureInfo.InvariantCulture, Format, values);
    }

    /// <summary>Collects the parts of an interpolated string.</summary>
    [InterpolatedStringHandler]
    public ref struct ExpressionInterpolatedStringHandler
    {
        private readonly StringBuilder _format;
        private readonly List<IValueProvider> _providers;
        private readonly List<string> _expressions;
        private readonly List<string?> _stringFormats;

        /// <summary>Called by the compiler.</summary>
        public ExpressionInterpolatedStringHandler(int literalLength, int formattedCount)
        {
            _format = new StringBuilder(literalLength + (formattedCount * 4));
            _providers = new List<IValueProvider>(formattedCount);
            _expressions = new List<string>(formattedCount);
            _stringFormats = new List<string?>(formattedCount);
        }

        /// <summary>Adds text.</summary>
        public readonly void AppendLiteral(string value)
            => _format.Append(value.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));

        /// <summary>Adds text.</summary>
        public readonly void AppendFormatted(string? value) => AppendLiteral(value ?? "");

        /// <summary>Adds text, escaped for a URI when <paramref name="format"/> is <c>uri</c>.</summary>
        public readonly void AppendFormatted(string? value, string? format)
            => AppendLiteral(format == "uri" ? Uri.EscapeDataString(value ?? "") : value ?? "");

        /// <summary>Adds a part.</summary>
        public readonly void AppendFormatted<T>(T valueProvider)
            where T : IValueProvider, IManifestExpressionProvider
            => AppendFormatted(valueProvider, null);

        /// <summary>Adds a part, escaped for a URI when <paramref name="format"/> is <c>uri</c>.</summary>
        public readonly void AppendFormatted<T>(T valueProvider, string? format)
            where T : IValueProvider, IManifestExpressionProvider
        {
            _format.Append('{').Append(_providers.Count).Append('}');
            _providers.Add(valueProvider);
            _stringFormats.Add(format);
            _expressions.Add(format == "uri" ? FormattedParameter.Expression(valueProvider) : valueProvider.ValueExpression);
        }

        /// <summary>Adds the value of a resource.</summary>
        public readonly void AppendFormatted<T>(IResourceBuilder<T> valueProvider)
            where T : IResource, IValueProvider, IManifestExpressionProvider
            => AppendFormatted(valueProvider.Resource, null);

        /// <summary>Adds the value of a resource, escaped for a URI when <paramref name="format"/> is <c>uri</c>.</summary>
        public readonly void AppendFormatted<T>(IResourceBuilder<T> valueProvider, string? format)
            where T : IResource, IValueProvider, IManifestExpressionProvider
            => AppendFormatted(valueProvider.Resource, format);

        internal readonly ReferenceExpression Build()
            => new(_format.ToString(), [.. _providers], [.. _expressions], [.. _stringFormats]);
    }
}
