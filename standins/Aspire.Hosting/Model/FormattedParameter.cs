namespace Aspire.Hosting.ApplicationModel;

/// <summary>A parameter used with a string format: the manifest gets a twin of it, named after the format.</summary>
internal static class FormattedParameter
{
    public static string TwinName(ParameterResource parameter) => $"{parameter.Name}-uri-encoded";

    public static string Expression(IManifestExpressionProvider provider)
        => provider is ParameterResource parameter
            ? $"{{{TwinName(parameter)}.value}}"
            : throw new DistributedApplicationException($"Only a parameter can have the format 'uri' in an expression, not {provider.ValueExpression}.");
}
