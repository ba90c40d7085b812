using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Cli;

/// <summary>Chooses the running ccr that a verb is about.</summary>
internal static class Instance
{
    /// <summary>The ccr on that port, or the only one; a null entry with a null fault means that none runs.</summary>
    public static (PidEntry? Entry, string? Fault) Choose(int? port)
    {
        var running = new PidFiles(CcrHome.Folder(Environment.GetEnvironmentVariable)).Running();
        if (port is not null)
        {
            return (running.FirstOrDefault(e => e.Port == port), null);
        }

        return running.Count > 1
            ? (null, $"several are running, on the ports {string.Join(", ", running.Select(e => e.Port))}; say which with --port")
            : (running.SingleOrDefault(), null);
    }
}
