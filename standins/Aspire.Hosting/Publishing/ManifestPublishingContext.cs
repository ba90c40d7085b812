using System.Text.Json;

namespace Aspire.Hosting.ApplicationModel;

// Stands for Aspire.Hosting.Publishing.ManifestPublishingContext: project.v0, container.v0, parameter.v0, annotated.string.
// Left out: bind mounts, volumes, Dockerfiles, Bicep, conditional values.

/// <summary>Writes resources in the form that azd reads.</summary>
public sealed class ManifestPublishingContext(
    DistributedApplicationExecutionContext executionContext, string manifestPath, Utf8JsonWriter writer, CancellationToken cancellationToken = default)
{
    /// <summary>The first port for an endpoint that must have one of its own, as azd's tools count.</summary>
    private const int FirstAllocatedPort = 8000;

    private readonly List<ParameterResource> _referenced = [];
    private readonly HashSet<ParameterResource> _uriEncoded = [];
    private readonly HashSet<int> _usedPorts = [];

    /// <summary>Publish mode.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;

    /// <summary>The file; paths in it are relative to its folder.</summary>
    public string ManifestPath { get; } = manifestPath;

    /// <summary>Writes the file.</summary>
    public Utf8JsonWriter Writer { get; } = writer;

    /// <summary>Ends the writing.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>Writes all resources, then those that they mention and the model does not have.</summary>
    internal async Task WriteModelAsync(DistributedApplicationModel model)
    {
        Writer.WriteStartObject();
        Writer.WriteStartObject("resources");
        foreach (var resource in model.Resources)
        {
            await WriteResourceAsync(resource).ConfigureAwait(false);
        }

        var written = model.Resources.OfType<ParameterResource>().ToHashSet();
        foreach (var parameter in _referenced.Where(parameter => written.Add(parameter)).ToArray())
        {
            WriteObject(parameter, () => WriteParameter(parameter));
        }

        foreach (var parameter in _uriEncoded)
        {
            Writer.WriteStartObject(FormattedParameter.TwinName(parameter));
            Writer.WriteString("type", "annotated.string");
            Writer.WriteString("value", parameter.ValueExpression);
            Writer.WriteString("filter", "uri");
            Writer.WriteEndObject();
        }

        Writer.WriteEndObject();
        Writer.WriteEndObject();
        await Writer.FlushAsync(CancellationToken).ConfigureAwait(false);
    }

    private async Task WriteResourceAsync(IResource resource)
    {
        if (resource.Annotations.OfType<ManifestPublishingCallbackAnnotation>().LastOrDefault() is { } custom)
        {
            if (custom.Callback is not null)
            {
                Writer.WriteStartObject(resource.Name);
                await custom.Callback(this).ConfigureAwait(false);
                Writer.WriteEndObject();
            }

            return;
        }

        switch (resource)
        {
            case ParameterResource parameter:
                WriteObject(parameter, () => WriteParameter(parameter));
                break;
            case ContainerResource container:
                Writer.WriteStartObject(container.Name);
                await WriteContainerAsync(container).ConfigureAwait(false);
                Writer.WriteEndObject();
                break;
            case ProjectResource project:
                Writer.WriteStartObject(project.Name);
                await WriteProjectAsync(project).ConfigureAwait(false);
                Writer.WriteEndObject();
                break;
            default:
                throw new DistributedApplicationException(
                    $"Resource '{resource.Name}' cannot be deployed by azd ({resource.GetType().Name}): call ExcludeFromManifest on it.");
        }
    }

    private void WriteObject(ParameterResource resource, Action write)
    {
        Writer.WriteStartObject(resource.Name);
        write();
        Writer.WriteEndObject();
    }

    private void WriteParameter(ParameterResource parameter)
    {
        Writer.WriteString("type", "parameter.v0");
        Writer.WriteString("value", $"{{{parameter.Name}.inputs.value}}");
        Writer.WriteStartObject("inputs");
        Writer.WriteStartObject("value");
        Writer.WriteString("type", "string");
        if (parameter.Secret)
        {
            Writer.WriteBoolean("secret", true);
        }

        if (parameter.Default is { } fallback)
        {
            Writer.WriteStartObject("default");
            fallback.WriteToManifest(Writer);
            Writer.WriteEndObject();
        }

        Writer.WriteEndObject();
        Writer.WriteEndObject();
    }

    private async Task WriteContainerAsync(ContainerResource container)
    {
        Writer.WriteString("type", "container.v0");
        if (container is IResourceWithConnectionString connected)
        {
            Collect(connected.ConnectionStringExpression);
            Writer.WriteString("connectionString", connected.ConnectionStringExpression.ValueExpression);
        }

        var image = container.Annotations.OfType<ContainerImageAnnotation>().LastOrDefault()
            ?? throw new DistributedApplicationException($"Container '{container.Name}' has no image.");
        Writer.WriteString("image", $"{(image.Registry is null ? "" : image.Registry + "/")}{image.Image}{(image.Tag is null ? "" : ":" + image.Tag)}");
        if (container.Entrypoint is not null)
        {
            Writer.WriteString("entrypoint", container.Entrypoint);
        }

        await WriteArgsAsync(container).ConfigureAwait(false);
        await WriteEnvironmentAsync(container).ConfigureAwait(false);
        WriteBindings(container);
    }

    private async Task WriteProjectAsync(ProjectResource project)
    {
        var metadata = project.Annotations.OfType<IProjectMetadata>().Last();
        var path = Path.GetRelativePath(Path.GetDirectoryName(ManifestPath)!, metadata.ProjectPath).Replace('\\', '/');
        Writer.WriteString("type", "project.v0");
        Writer.WriteString("path", path);
        await WriteArgsAsync(project).ConfigureAwait(false);
        await WriteEnvironmentAsync(project).ConfigureAwait(false);
        WriteBindings(project);
    }

    private async Task WriteArgsAsync(IResource resource)
    {
        var args = new List<object>();
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
        {
            await annotation.Callback(new CommandLineArgsCallbackContext(args, CancellationToken)).ConfigureAwait(false);
        }

        if (args.Count > 0)
        {
            Writer.WriteStartArray("args");
            args.ForEach(arg => Writer.WriteStringValue(Expression(arg)));
            Writer.WriteEndArray();
        }
    }

    private async Task WriteEnvironmentAsync(IResource resource)
    {
        var context = new EnvironmentCallbackContext(ExecutionContext, resource, cancellationToken: CancellationToken);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
        {
            await annotation.Callback(context).ConfigureAwait(false);
        }

        if (context.EnvironmentVariables.Count > 0)
        {
            Writer.WriteStartObject("env");
            foreach (var (name, value) in context.EnvironmentVariables)
            {
                Writer.WriteString(name, Expression(value));
            }

            Writer.WriteEndObject();
        }
    }

    private void WriteBindings(IResource resource)
    {
        var endpoints = resource.Annotations.OfType<EndpointAnnotation>().ToArray();
        if (endpoints.Length == 0)
        {
            return;
        }

        Writer.WriteStartObject("bindings");
        foreach (var endpoint in endpoints)
        {
            var targetPort = endpoint.TargetPort ?? (NeedsOwnPort(resource, endpoint, endpoints) ? AllocatePort() : null);
            Writer.WriteStartObject(endpoint.Name);
            Writer.WriteString("scheme", endpoint.UriScheme);
            Writer.WriteString("protocol", endpoint.Protocol.ToString().ToLowerInvariant());
            Writer.WriteString("transport", endpoint.Transport);
            if (endpoint.Port is { } port && port != targetPort)
            {
                Writer.WriteNumber("port", port);
            }

            if (targetPort is { } target)
            {
                Writer.WriteNumber("targetPort", target);
            }

            if (endpoint.IsExternal)
            {
                Writer.WriteBoolean("external", true);
            }

            Writer.WriteEndObject();
        }

        Writer.WriteEndObject();
    }

    /// <summary>The first http and the first https endpoint of a project use the port that the deploying tool knows from the image; any other gets one.</summary>
    private static bool NeedsOwnPort(IResource resource, EndpointAnnotation endpoint, EndpointAnnotation[] endpoints)
        => resource is not ProjectResource
            || endpoint.UriScheme is not ("http" or "https")
            || endpoints.First(other => other.UriScheme == endpoint.UriScheme) != endpoint;

    private int AllocatePort()
    {
        var port = FirstAllocatedPort;
        while (!_usedPorts.Add(port))
        {
            port++;
        }

        return port;
    }

    private string Expression(object value)
    {
        Collect(value);
        return value switch
        {
            string text => text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal),
            IManifestExpressionProvider provider => provider.ValueExpression,
            bool flag => flag ? "true" : "false",
            IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
            _ => throw new DistributedApplicationException($"A value of type {value.GetType().Name} cannot be written to a manifest."),
        };
    }

    /// <summary>Remembers the parameters that a value mentions, in the order in which they are met.</summary>
    private void Collect(object value)
    {
        switch (value)
        {
            case ParameterResource parameter:
                Remember(parameter);
                break;
            case ReferenceExpression expression:
                for (var i = 0; i < expression.ValueProviders.Count; i++)
                {
                    Collect(expression.ValueProviders[i]);
                    if (expression.StringFormats[i] == "uri" && expression.ValueProviders[i] is ParameterResource encoded)
                    {
                        _uriEncoded.Add(encoded);
                    }
                }

                break;
        }
    }

    private void Remember(ParameterResource parameter)
    {
        if (!_referenced.Contains(parameter))
        {
            _referenced.Add(parameter);
        }
    }
}
