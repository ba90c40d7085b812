using System.Globalization;

namespace Aspire.Hosting.Running;

/// <summary>Turns what was described (strings, endpoints, parameters, expressions) into what one replica gets.</summary>
internal static class ValueResolver
{
    /// <summary>The variables of one replica. A value that turns out to be null is left out.</summary>
    public static async Task<Dictionary<string, string>> EnvironmentAsync(
        IResource resource, int replica, DistributedApplicationExecutionContext execution, CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(execution, resource, cancellationToken: cancellationToken);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
        {
            await annotation.Callback(context).ConfigureAwait(false);
        }

        var resolved = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in context.EnvironmentVariables)
        {
            if (await ResolveAsync(value, resource, replica, cancellationToken).ConfigureAwait(false) is { } text)
            {
                resolved[name] = text;
            }
        }

        return resolved;
    }

    /// <summary>The arguments of one replica.</summary>
    public static async Task<List<string>> ArgumentsAsync(IResource resource, int replica, CancellationToken cancellationToken)
    {
        var args = new List<object>();
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
        {
            await annotation.Callback(new CommandLineArgsCallbackContext(args, cancellationToken)).ConfigureAwait(false);
        }

        var resolved = new List<string>();
        foreach (var arg in args)
        {
            resolved.Add(await ResolveAsync(arg, resource, replica, cancellationToken).ConfigureAwait(false) ?? "");
        }

        return resolved;
    }

    private static async ValueTask<string?> ResolveAsync(object value, IResource self, int replica, CancellationToken cancellationToken) => value switch
    {
        string text => text,

        // A process's own target port differs from replica to replica.
        EndpointReferenceExpression part => part.Value(ReferenceEquals(part.Endpoint.Resource, self) ? replica : 0),
        ReferenceExpression expression => await expression.FormatAsync((inner, token) => ResolveAsync(inner, self, replica, token), cancellationToken).ConfigureAwait(false),
        IValueProvider provider => await provider.GetValueAsync(cancellationToken).ConfigureAwait(false),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
