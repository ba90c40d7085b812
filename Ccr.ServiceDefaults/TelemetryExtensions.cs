using Ccr.ServiceDefaults;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Microsoft.Extensions.Hosting;

/// <summary>
/// OpenTelemetry from what the runtime itself measures and traces: it has meters and activity sources for its server, its client and
/// itself, so no instrumentation package is needed.
/// </summary>
public static class TelemetryExtensions
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Meters and activity sources with this beginning are the solution's own.</summary>
    private const string OwnNames = "Ccr.*";

    private static readonly string[] Meters =
        ["Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime", OwnNames];

    private static readonly string[] Sources = ["Microsoft.AspNetCore", "System.Net.Http", OwnNames];

    /// <summary>
    /// Sends logs, metrics and traces to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names; without it nothing listens and nothing
    /// is paid. The other OTEL_ variables of the OpenTelemetry specification hold as well.
    /// </summary>
    public static TBuilder ConfigureOpenTelemetry<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        if (string.IsNullOrWhiteSpace(builder.Configuration[EndpointVariable]))
        {
            return builder;
        }

        // Names and addresses of requests come as span tags only when this is off (the default is on in .NET 10).
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);

        var application = builder.Environment.ApplicationName;
        builder.Services.AddSingleton(services => Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(s => s.AddSingleton(services.GetRequiredService<IConfiguration>()))
            .ConfigureResource(resource => Describe(resource, builder.Configuration, application))
            .AddMeter([application, .. Meters])
            .AddOtlpExporter()
            .Build());
        builder.Services.AddSingleton(services => Sdk.CreateTracerProviderBuilder()
            .ConfigureServices(s => s.AddSingleton(services.GetRequiredService<IConfiguration>()))
            .ConfigureResource(resource => Describe(resource, builder.Configuration, application))
            .AddSource([application, .. Sources])
            .AddOtlpExporter()
            .Build());
        builder.Services.AddHostedService<TelemetryStarter>();

        builder.Logging.AddOpenTelemetry(logs =>
        {
            var resource = ResourceBuilder.CreateDefault();
            Describe(resource, builder.Configuration, application);
            logs.SetResourceBuilder(resource);
            logs.IncludeFormattedMessage = true;
            logs.IncludeScopes = true;
            logs.AddOtlpExporter();
        });
        return builder;
    }

    // The name the app model gave wins; a service that runs alone is named after its program.
    private static void Describe(ResourceBuilder resource, IConfiguration configuration, string application) =>
        resource.AddService(configuration["OTEL_SERVICE_NAME"] is { Length: > 0 } name ? name : application, autoGenerateServiceInstanceId: false);
}
