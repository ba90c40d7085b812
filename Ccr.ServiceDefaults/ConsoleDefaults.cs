using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Hosting;

namespace Ccr.ServiceDefaults;

/// <summary>One line for each console message, and silence about single requests.</summary>
internal static class ConsoleDefaults
{
    private static readonly KeyValuePair<string, string?>[] Settings =
    [
        new("Logging:LogLevel:Default", "Information"),
        new("Logging:LogLevel:Microsoft", "Warning"),
        new("Logging:LogLevel:System", "Warning"),
        // Where a service listens is told by the AppHost or by the service itself.
        new("Logging:LogLevel:Microsoft.Hosting.Lifetime", "Warning"),
        // A start that fails is told in one line by the program; the host would add a stack trace.
        new("Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host", "None"),
        new("Logging:Console:FormatterName", "simple"),
        new("Logging:Console:FormatterOptions:SingleLine", "true"),
        new("Logging:Console:FormatterOptions:TimestampFormat", "HH:mm:ss.fff "),
    ];

    /// <summary>Puts the defaults below every other source, so that a settings file, a variable or an argument still wins.</summary>
    public static void AddConsoleDefaults(this IHostApplicationBuilder builder) =>
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = Settings });
}
