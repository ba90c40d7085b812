using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>What a project gets without asking: endpoints from its launch profile or Kestrel settings, and the variables that ASP.NET Core and OpenTelemetry read.</summary>
internal static class ProjectDefaults
{
    public static void Apply(IResourceBuilder<ProjectResource> project, IConfiguration settings, LaunchProfile? profile, ProjectResourceOptions options)
    {
        var context = project.ApplicationBuilder.ExecutionContext;
        var kestrel = options.ExcludeKestrelEndpoints ? [] : KestrelEndpoints(settings);
        Telemetry(project);
        if (context.IsPublishMode)
        {
            project.WithEnvironment(env =>
            {
                if (project.Resource.Annotations.OfType<EndpointAnnotation>().Any())
                {
                    env.EnvironmentVariables["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true";
                }
            });
        }

        AddKestrelEndpoints(project, kestrel, settings, context);
        if (context.IsRunMode)
        {
            if (kestrel.Count == 0)
            {
                project.WithEnvironment(env => SetUrls(project.Resource, env));
                AddProfileEndpoints(project, profile, settings);
            }

            AddProfileEnvironment(project, profile);
        }
        else if (kestrel.Count == 0)
        {
            project.WithEnvironment(env =>
            {
                SetPorts(project.Resource, env, "HTTP_PORTS", "http");
                SetPorts(project.Resource, env, "HTTPS_PORTS", "https");
            });
            if (profile?.ApplicationUrl is not null)
            {
                AddEndpoint(project, "http", settings, static _ => { });
                AddEndpoint(project, "https", settings, static https => https.IsImpliedHttps = true);
            }
        }
    }

    private static void Telemetry(IResourceBuilder<ProjectResource> project)
    {
        project.WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", "in_memory");
        if (project.ApplicationBuilder.ExecutionContext.IsPublishMode)
        {
            return;
        }

        project.WithEnvironment("OTEL_SERVICE_NAME", project.Resource.Name);
        project.WithEnvironment("LOGGING__CONSOLE__FORMATTERNAME", "simple");
        if (project.ApplicationBuilder.Environment.IsDevelopment())
        {
            project.WithEnvironment("OTEL_BLRP_SCHEDULE_DELAY", "1000");
            project.WithEnvironment("OTEL_BSP_SCHEDULE_DELAY", "1000");
            project.WithEnvironment("OTEL_METRIC_EXPORT_INTERVAL", "1000");
            project.WithEnvironment("OTEL_TRACES_SAMPLER", "always_on");
            project.WithEnvironment("OTEL_METRICS_EXEMPLAR_FILTER", "trace_based");
            project.WithEnvironment("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true");
            project.WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION", "true");
            project.WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION", "true");
        }
    }

    private static List<(string Name, BindingAddress Address, string? Protocols)> KestrelEndpoints(IConfiguration settings)
        => [.. settings.GetSection("Kestrel:Endpoints").GetChildren()
            .Where(endpoint => endpoint["Url"] is not null)
            .Select(endpoint => (endpoint.Key, BindingAddress.Parse(endpoint["Url"]!), endpoint["Protocols"]))];

    private static void AddKestrelEndpoints(
        IResourceBuilder<ProjectResource> project, List<(string Name, BindingAddress Address, string? Protocols)> endpoints, IConfiguration settings, DistributedApplicationExecutionContext context)
    {
        foreach (var (kestrelName, address, protocols) in endpoints)
        {
            var name = endpoints.Count(other => other.Address.Scheme == address.Scheme) == 1 ? address.Scheme : kestrelName;
            AddEndpoint(project, name, settings, endpoint =>
            {
                endpoint.UriScheme = address.Scheme;
                endpoint.TargetHost = address.Host;
                endpoint.Transport = (protocols ?? settings["Kestrel:EndpointDefaults:Protocols"]) == "Http2" ? "http2" : "http";
                if (context.IsPublishMode)
                {
                    endpoint.TargetPort = address.Port;
                }
                else
                {
                    endpoint.Port = address.Port;
                }
            });
            project.WithEnvironment(env =>
            {
                var reference = project.Resource.GetEndpoint(name);
                var host = context.IsRunMode ? address.Host : "*";
                env.EnvironmentVariables[$"Kestrel__Endpoints__{kestrelName}__Url"] =
                    ReferenceExpression.Create($"{reference.Scheme}://{host}:{reference.Property(EndpointProperty.TargetPort)}");
            });
        }
    }

    private static void AddProfileEndpoints(IResourceBuilder<ProjectResource> project, LaunchProfile? profile, IConfiguration settings)
    {
        var seen = new Dictionary<string, int>();
        foreach (var url in profile?.ApplicationUrl?.Split(';', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            var address = BindingAddress.Parse(url);
            var number = seen[address.Scheme] = seen.GetValueOrDefault(address.Scheme) + 1;
            AddEndpoint(project, number == 1 ? address.Scheme : $"{address.Scheme}{number}", settings, endpoint =>
            {
                endpoint.Port = address.Port == 0 ? null : address.Port;
                endpoint.TargetHost = address.Host;
                endpoint.UriScheme = address.Scheme;
                endpoint.FromLaunchProfile = true;
            });
        }
    }

    private static void AddProfileEnvironment(IResourceBuilder<ProjectResource> project, LaunchProfile? profile)
    {
        if (profile is null)
        {
            return;
        }

        project.WithEnvironment(env =>
        {
            env.EnvironmentVariables.TryAdd("DOTNET_LAUNCH_PROFILE", profile.Name);
            foreach (var (name, value) in profile.Environment)
            {
                env.EnvironmentVariables.TryAdd(name, value);
            }
        });
        if (profile.CommandLineArgs is { Length: > 0 } arguments)
        {
            project.WithArgs(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    private static void AddEndpoint(IResourceBuilder<ProjectResource> project, string name, IConfiguration settings, Action<EndpointAnnotation> configure)
        => project.WithEndpoint(name, endpoint =>
        {
            endpoint.UriScheme = name;
            configure(endpoint);
            if (settings["Kestrel:EndpointDefaults:Protocols"] == "Http2" && endpoint.Transport == "http")
            {
                endpoint.Transport = "http2";
            }
        });

    /// <summary>The endpoints that the web server opens by itself: one with a variable of its own is opened by the program.</summary>
    private static IEnumerable<EndpointReference> ServerEndpoints(ProjectResource project)
        => project.GetEndpoints().Where(endpoint => endpoint.Scheme is "http" or "https" && endpoint.EndpointAnnotation.TargetPortEnvironmentVariable is null);

    private static void SetUrls(ProjectResource project, EnvironmentCallbackContext env)
    {
        if (env.EnvironmentVariables.ContainsKey("ASPNETCORE_URLS"))
        {
            return;
        }

        var urls = new ReferenceExpressionBuilder();
        foreach (var endpoint in ServerEndpoints(project))
        {
            if (!urls.IsEmpty)
            {
                urls.AppendLiteral(";");
            }

            if (endpoint.Scheme == "https")
            {
                env.EnvironmentVariables.TryAdd("ASPNETCORE_HTTPS_PORT", endpoint.Property(EndpointProperty.Port));
            }

            urls.AppendLiteral($"{endpoint.Scheme}://{endpoint.EndpointAnnotation.TargetHost}:");
            urls.AppendFormatted(endpoint.Property(EndpointProperty.TargetPort));
        }

        if (!urls.IsEmpty)
        {
            env.EnvironmentVariables["ASPNETCORE_URLS"] = urls.Build();
        }
    }

    private static void SetPorts(ProjectResource project, EnvironmentCallbackContext env, string variable, string scheme)
    {
        var ports = new ReferenceExpressionBuilder();
        foreach (var endpoint in ServerEndpoints(project).Where(endpoint => endpoint.Scheme == scheme && !endpoint.EndpointAnnotation.IsImpliedHttps))
        {
            if (!ports.IsEmpty)
            {
                ports.AppendLiteral(";");
            }

            ports.AppendFormatted(endpoint.Property(EndpointProperty.TargetPort));
        }

        if (!ports.IsEmpty)
        {
            env.EnvironmentVariables.TryAdd(variable, ports.Build());
        }
    }
}
