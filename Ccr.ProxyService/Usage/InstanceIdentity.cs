using System.Reflection;

namespace Ccr.ProxyService.Usage;

/// <summary>Which process this is, among the replicas. A restarted process is another instance.</summary>
/// <param name="Name">The machine's name and a random part.</param>
/// <param name="StartedAt">When it started, UTC.</param>
internal sealed record InstanceIdentity(string Name, DateTimeOffset StartedAt)
{
    /// <summary>The program's version.</summary>
    public static string Version { get; } = ReadVersion();

    /// <summary>A new identity for this process.</summary>
    public static InstanceIdentity Create(TimeProvider time)
    {
        // Braces would end the hash tag of a key early.
        var machine = Environment.MachineName.Replace('{', '-').Replace('}', '-');
        return new($"{machine}-{Guid.NewGuid().ToString("N")[..8]}", time.GetUtcNow());
    }

    private static string ReadVersion()
    {
        var text = typeof(InstanceIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

        // The compiler appends the commit after a plus sign.
        var plus = text.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? text : text[..plus];
    }
}
